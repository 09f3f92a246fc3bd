using OrleansDiffusion.Sampling;
using static TorchSharp.torch;

namespace OrleansDiffusion.Models.Networks;

/// <summary>What is known of each row, as tensors on the device that the rows are on.</summary>
internal static class RowTensors
{
    /// <summary>The times that a network is conditioned on, [rows] in float32.</summary>
    public static Tensor Times(ReadOnlySpan<NoiseLevel> levels, Device device) =>
        tensor(Values(levels, level => level.Time)).to(device);

    /// <summary>The labels, [rows] in int64.</summary>
    /// <exception cref="ArgumentException">A row has none.</exception>
    public static Tensor Labels(ReadOnlySpan<Condition> conditions, Device device)
    {
        var labels = new long[conditions.Length];
        for (var row = 0; row < labels.Length; row++)
            labels[row] = conditions[row].Label ?? throw new ArgumentException("every row needs a label", nameof(conditions));
        return tensor(labels).to(device);
    }

    /// <summary>A value of every row, in float32 and shaped to be multiplied with x: [rows, 1, …].</summary>
    public static Tensor Column(ReadOnlySpan<NoiseLevel> levels, Func<NoiseLevel, double> value, Tensor x)
    {
        var shape = new long[x.dim()];
        Array.Fill(shape, 1);
        shape[0] = levels.Length;
        return tensor(Values(levels, value), shape).to(x.device);
    }

    private static float[] Values(ReadOnlySpan<NoiseLevel> levels, Func<NoiseLevel, double> value)
    {
        var values = new float[levels.Length];
        for (var row = 0; row < values.Length; row++)
            values[row] = (float)value(levels[row]);
        return values;
    }
}
