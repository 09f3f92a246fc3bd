using static TorchSharp.torch;

namespace OrleansDiffusion.Models.UNets;

/// <summary>Twice the resolution: each pixel repeated, then a convolution.</summary>
internal sealed class Upsample(Parameters parameters, long channels)
{
    private static readonly double[] Twice = [2, 2];

    private readonly Conv2d _conv = new(parameters.In("conv"), channels, channels);

    public Tensor Forward(Tensor x)
    {
        using var large = Nearest(x);
        return _conv.Forward(large);
    }

    /// <summary>Twice the resolution without parameters.</summary>
    public static Tensor Nearest(Tensor x) =>
        nn.functional.interpolate(x, scale_factor: Twice, mode: InterpolationMode.Nearest);
}
