using OrleansDiffusion.Models.UNets;
using static TorchSharp.torch;

namespace OrleansDiffusion.Benchmarks;

/// <summary>
/// Multiply-adds of a U-Net for one image: those of convolutions, linear layers and attention, which are all but a
/// hundredth of its arithmetic.
/// </summary>
internal static class MultiplyAdds
{
    /// <summary>Counts them from the names and shapes of the parameters.</summary>
    public static long Of(UNetConfig config)
    {
        using var scope = NewDisposeScope();
        var total = 0L;
        _ = new UNet2D(config, (name, shape) =>
        {
            total += Of(config, name, shape);
            return zeros(shape);
        });
        return total;
    }

    private static long Of(UNetConfig config, string name, long[] shape)
    {
        var weights = shape.Aggregate(1L, (product, size) => product * size);
        var pixels = Pixels(config, name);
        return shape.Length switch
        {
            4 => weights * pixels,
            // The query's layer stands for the products of all pairs of pixels as well, once with keys, once with values.
            2 when name.Contains(".to_q.", StringComparison.Ordinal) => (weights * pixels) + (2 * shape[0] * pixels * pixels),
            2 when name.Contains(".to_", StringComparison.Ordinal) => weights * pixels,
            2 when name != "class_embedding.weight" => weights,
            _ => 0,
        };
    }

    // Pixels of what a layer returns.
    private static long Pixels(UNetConfig config, string name)
    {
        var lowest = config.BlockOutChannels.Count - 1;
        var resampled = name.Contains("samplers.", StringComparison.Ordinal) ? 1 : 0;
        var halvings = name.Split('.') switch
        {
            ["down_blocks", var index, ..] => int.Parse(index) + resampled,
            ["up_blocks", var index, ..] => lowest - int.Parse(index) - resampled,
            ["mid_block", ..] => lowest,
            _ => 0,
        };
        return (long)(config.SampleSize!.Height >> halvings) * (config.SampleSize.Width >> halvings);
    }
}
