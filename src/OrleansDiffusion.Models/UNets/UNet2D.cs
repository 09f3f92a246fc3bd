using static TorchSharp.torch;

namespace OrleansDiffusion.Models.UNets;

/// <summary>
/// The U-Net of "Denoising Diffusion Probabilistic Models" (Ho, Jain and Abbeel 2020) as diffusers'
/// <c>UNet2DModel</c> defines it: same parameters, same names, same output.
/// </summary>
public sealed class UNet2D
{
    private readonly UNetConfig _config;
    private readonly Conv2d _convIn;
    private readonly TimeEmbedding _time;
    private readonly Tensor? _classes; // [classes, time embedding]
    private readonly DownBlock[] _down;
    private readonly MidBlock? _mid;
    private readonly UpBlock[] _up;
    private readonly GroupNorm _normOut;
    private readonly Conv2d _convOut;

    /// <summary>A network over given parameters, which it uses and does not own.</summary>
    /// <param name="config">Its configuration, valid.</param>
    /// <param name="parameter">
    /// Gives the parameter of a name, as diffusers names it, and a shape; asked for each once.
    /// </param>
    public UNet2D(UNetConfig config, Func<string, long[], Tensor> parameter)
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(parameter);
        _config = config;
        var root = new Parameters(parameter);
        var channels = config.BlockOutChannels[0];
        var blocks = Enumerable.Range(0, config.BlockOutChannels.Count);

        _convIn = new Conv2d(root.In("conv_in"), config.InChannels, channels);
        _time = new TimeEmbedding(root.In("time_embedding"), config);
        if (config.NumClassEmbeds is { } classes)
            _classes = root.In("class_embedding").Get("weight", classes, config.TimeEmbedDim);
        _down = [.. blocks.Select(i => new DownBlock(root.In("down_blocks", i), i, config))];
        _mid = config.MidBlockType is null ? null : new MidBlock(root.In("mid_block"), config);
        _up = [.. blocks.Select(i => new UpBlock(root.In("up_blocks", i), i, config))];
        _normOut = new GroupNorm(root.In("conv_norm_out"), channels, config.NormNumGroups, config.NormEps);
        _convOut = new Conv2d(root.In("conv_out"), channels, config.OutChannels);
    }

    /// <summary>The network's prediction, [n, channels, h, w]. It is differentiable where gradients are enabled.</summary>
    /// <param name="x">[n, channels, h, w], float32, on the parameters' device.</param>
    /// <param name="times">Training timesteps, whole or not, [n], float32, on the same device.</param>
    /// <param name="labels">Class labels, [n], int64, on the same device; for networks with classes, and only those.</param>
    /// <exception cref="ArgumentException">Labels without classes, or classes without labels.</exception>
    public Tensor Forward(Tensor x, Tensor times, Tensor? labels = null)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(times);
        if (labels is null != _classes is null)
            throw new ArgumentException("labels belong to a network with classes, and to no other", nameof(labels));

        using var scope = NewDisposeScope();
        var activeTime = nn.functional.silu(Embed(times, labels));
        if (_config.CenterInputSample)
            x = x.sub(Scalars.Half).add(x, Scalars.One).sub(Scalars.Half);
        x = _convIn.Forward(x);

        var skips = new Stack<Tensor>();
        skips.Push(x);
        foreach (var block in _down)
            x = block.Forward(x, activeTime, skips);
        x = _mid?.Forward(x, activeTime) ?? x;
        foreach (var block in _up)
            x = block.Forward(x, activeTime, skips);
        return _convOut.Forward(nn.functional.silu(_normOut.Forward(x))).MoveToOuterDisposeScope();
    }

    private Tensor Embed(Tensor times, Tensor? labels)
    {
        var embedded = _time.Forward(times);
        return labels is null ? embedded : embedded.add(_classes!.index_select(0, labels), Scalars.One);
    }
}
