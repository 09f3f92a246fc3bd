using static TorchSharp.torch;

namespace OrleansDiffusion.Models.UNets;

/// <summary>Half the resolution by a convolution of stride 2.</summary>
internal sealed class Downsample(Parameters parameters, long channels, int padding)
{
    private static readonly long[] OneRightAndBelow = [0, 1, 0, 1];

    private readonly Conv2d _conv = new(parameters.In("conv"), channels, channels, stride: 2, padding: padding);

    public Tensor Forward(Tensor x)
    {
        // Without padding of its own the convolution is padded on one side only, as TensorFlow's "same" pads.
        using var padded = padding == 0 ? nn.functional.pad(x, OneRightAndBelow) : x.alias();
        return _conv.Forward(padded);
    }

    /// <summary>Half the resolution without parameters.</summary>
    public static Tensor Mean(Tensor x) => nn.functional.avg_pool2d(x, 2, 2);
}
