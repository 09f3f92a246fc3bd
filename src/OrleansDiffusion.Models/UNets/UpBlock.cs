using static TorchSharp.torch;

namespace OrleansDiffusion.Models.UNets;

/// <summary>
/// <c>UpBlock2D</c> and <c>AttnUpBlock2D</c>: residual blocks that each take one of the way down's states beside their
/// input, then twice the resolution.
/// </summary>
internal sealed class UpBlock
{
    private readonly ResnetBlock[] _resnets;
    private readonly AttentionBlock[]? _attentions;
    private readonly Func<Tensor, Tensor, Tensor>? _upsample;

    /// <param name="parameters">The block's parameters.</param>
    /// <param name="index">Its place among the up blocks, 0 at the lowest resolution.</param>
    /// <param name="config">The network's configuration.</param>
    public UpBlock(Parameters parameters, int index, UNetConfig config)
    {
        // From lowest to full resolution, with the way down's mirror image held at its end.
        var sizes = config.BlockOutChannels.Reverse().ToArray();
        var channels = sizes[index];
        var entering = sizes[Math.Max(0, index - 1)];
        var lastSkip = sizes[Math.Min(index + 1, sizes.Length - 1)];
        var layers = Enumerable.Range(0, config.LayersPerBlock + 1);
        _resnets = [.. layers.Select(i => new ResnetBlock(
            parameters.In("resnets", i),
            (i == 0 ? entering : channels) + (i == config.LayersPerBlock ? lastSkip : channels),
            channels,
            config))];
        var attends = config.UpBlockTypes[index] == "AttnUpBlock2D";
        if (attends)
        {
            _attentions = [.. layers.Select(i =>
                new AttentionBlock(parameters.In("attentions", i), channels, config.NormNumGroups, config))];
        }

        if (index + 1 < sizes.Length)
            _upsample = Upsampler(parameters.In("upsamplers", 0), channels, attends, config);
    }

    /// <summary>The block's output; it takes as many of <paramref name="skips"/> as it has residual blocks.</summary>
    public Tensor Forward(Tensor x, Tensor activeTime, Stack<Tensor> skips)
    {
        for (var i = 0; i < _resnets.Length; i++)
        {
            x = _resnets[i].Forward(cat([x, skips.Pop()], 1), activeTime);
            if (_attentions is not null)
                x = _attentions[i].Forward(x);
        }

        return _upsample is null ? x : _upsample(x, activeTime);
    }

    // In diffusers a block without attention upsamples by a convolution whatever upsample_type says.
    private static Func<Tensor, Tensor, Tensor> Upsampler(
        Parameters parameters, long channels, bool attends, UNetConfig config)
    {
        if (attends && config.UpsampleType == "resnet")
            return new ResnetBlock(parameters, channels, channels, config, Upsample.Nearest).Forward;
        var convolution = new Upsample(parameters, channels);
        return (x, _) => convolution.Forward(x);
    }
}
