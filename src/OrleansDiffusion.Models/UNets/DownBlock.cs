using static TorchSharp.torch;

namespace OrleansDiffusion.Models.UNets;

/// <summary><c>DownBlock2D</c> and <c>AttnDownBlock2D</c>: residual blocks, then half the resolution.</summary>
internal sealed class DownBlock
{
    private readonly ResnetBlock[] _resnets;
    private readonly AttentionBlock[]? _attentions;
    private readonly Func<Tensor, Tensor, Tensor>? _downsample;

    public DownBlock(Parameters parameters, int index, UNetConfig config)
    {
        var channels = config.BlockOutChannels[index];
        var entering = config.BlockOutChannels[Math.Max(0, index - 1)];
        var layers = Enumerable.Range(0, config.LayersPerBlock);
        _resnets = [.. layers.Select(i =>
            new ResnetBlock(parameters.In("resnets", i), i == 0 ? entering : channels, channels, config))];
        var attends = config.DownBlockTypes[index] == "AttnDownBlock2D";
        if (attends)
        {
            _attentions = [.. layers.Select(i =>
                new AttentionBlock(parameters.In("attentions", i), channels, config.NormNumGroups, config))];
        }

        if (index + 1 < config.BlockOutChannels.Count)
            _downsample = Downsampler(parameters.In("downsamplers", 0), channels, attends, config);
    }

    /// <summary>The block's output; every state on the way is added to <paramref name="skips"/>.</summary>
    public Tensor Forward(Tensor x, Tensor activeTime, Stack<Tensor> skips)
    {
        for (var i = 0; i < _resnets.Length; i++)
        {
            x = _resnets[i].Forward(x, activeTime);
            if (_attentions is not null)
                x = _attentions[i].Forward(x);
            skips.Push(x);
        }

        if (_downsample is not null)
            skips.Push(x = _downsample(x, activeTime));
        return x;
    }

    // In diffusers a block without attention downsamples by a convolution whatever downsample_type says.
    private static Func<Tensor, Tensor, Tensor> Downsampler(
        Parameters parameters, long channels, bool attends, UNetConfig config)
    {
        if (attends && config.DownsampleType == "resnet")
            return new ResnetBlock(parameters, channels, channels, config, Downsample.Mean).Forward;
        var convolution = new Downsample(parameters, channels, config.DownsamplePadding);
        return (x, _) => convolution.Forward(x);
    }
}
