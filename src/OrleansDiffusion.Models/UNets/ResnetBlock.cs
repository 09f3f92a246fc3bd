using static TorchSharp.torch;

namespace OrleansDiffusion.Models.UNets;

/// <summary>
/// Two convolutions about a residual connection, with the time embedding added between them
/// (<c>resnet_time_scale_shift: default</c>) or scaling and shifting the second norm (<c>scale_shift</c>); optionally
/// with a change of resolution, as <c>downsample_type</c> and <c>upsample_type</c> <c>resnet</c> have it.
/// </summary>
internal sealed class ResnetBlock
{
    private readonly GroupNorm _norm1;
    private readonly Conv2d _conv1;
    private readonly Linear _timeProjection;
    private readonly GroupNorm _norm2;
    private readonly Conv2d _conv2;
    private readonly Conv2d? _shortcut;
    private readonly Func<Tensor, Tensor>? _resize;
    private readonly bool _scaleShift;
    private readonly float _outputScale;

    public ResnetBlock(
        Parameters parameters, long inChannels, long outChannels, UNetConfig config,
        Func<Tensor, Tensor>? resize = null, double outputScale = 1)
    {
        _scaleShift = config.ScaleShift;
        _resize = resize;
        _norm1 = new GroupNorm(parameters.In("norm1"), inChannels, config.NormNumGroups, config.NormEps);
        _conv1 = new Conv2d(parameters.In("conv1"), inChannels, outChannels);
        _timeProjection = new Linear(
            parameters.In("time_emb_proj"), config.TimeEmbedDim, _scaleShift ? 2 * outChannels : outChannels);
        _norm2 = new GroupNorm(parameters.In("norm2"), outChannels, config.NormNumGroups, config.NormEps);
        _conv2 = new Conv2d(parameters.In("conv2"), outChannels, outChannels);
        if (inChannels != outChannels)
            _shortcut = new Conv2d(parameters.In("conv_shortcut"), inChannels, outChannels, kernel: 1, padding: 0);
        _outputScale = (float)outputScale;
    }

    /// <summary>The block's output, [n, out, h, w].</summary>
    /// <param name="x">[n, in, h, w].</param>
    /// <param name="activeTime">silu of the time embedding, [n, <see cref="UNetConfig.TimeEmbedDim"/>].</param>
    public Tensor Forward(Tensor x, Tensor activeTime)
    {
        using var scope = NewDisposeScope();
        var hidden = nn.functional.silu(_norm1.Forward(x));
        var skip = x;
        if (_resize is not null)
            (hidden, skip) = (_resize(hidden), _resize(x));

        hidden = _conv1.Forward(hidden);
        var time = _timeProjection.Forward(activeTime).unsqueeze(2).unsqueeze(3);
        if (_scaleShift)
        {
            var scaleAndShift = time.chunk(2, 1);
            hidden = _norm2.Forward(hidden);
            hidden = hidden.addcmul(hidden, scaleAndShift[0], Scalars.One).add(scaleAndShift[1], Scalars.One);
        }
        else
        {
            hidden = _norm2.Forward(hidden.add(time, Scalars.One));
        }

        hidden = _conv2.Forward(nn.functional.silu(hidden));
        var sum = (_shortcut?.Forward(skip) ?? skip).add(hidden, Scalars.One);
        return (_outputScale == 1 ? sum : sum / tensor(_outputScale).to(sum.device)).MoveToOuterDisposeScope();
    }
}
