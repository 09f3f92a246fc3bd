using static TorchSharp.torch;

namespace OrleansDiffusion.Models.UNets;

/// <summary><c>UNetMidBlock2D</c>: two residual blocks at the lowest resolution, with attention between them.</summary>
internal sealed class MidBlock
{
    private readonly ResnetBlock _first;
    private readonly AttentionBlock? _attention;
    private readonly ResnetBlock _second;

    public MidBlock(Parameters parameters, UNetConfig config)
    {
        var channels = config.BlockOutChannels[^1];
        var scale = config.MidBlockScaleFactor;
        _first = new ResnetBlock(parameters.In("resnets", 0), channels, channels, config, outputScale: scale);
        if (config.AddAttention)
        {
            var groups = config.AttnNormNumGroups ?? (config.ScaleShift ? null : config.NormNumGroups);
            _attention = new AttentionBlock(parameters.In("attentions", 0), channels, groups, config, scale);
        }

        _second = new ResnetBlock(parameters.In("resnets", 1), channels, channels, config, outputScale: scale);
    }

    public Tensor Forward(Tensor x, Tensor activeTime)
    {
        x = _first.Forward(x, activeTime);
        x = _attention?.Forward(x) ?? x;
        return _second.Forward(x, activeTime);
    }
}
