using static TorchSharp.torch;

namespace OrleansDiffusion.Models.Tests.Safetensors;

/// <summary>Tensors with random bits, so with every kind of number, not-a-numbers among them.</summary>
internal static class RandomTensors
{
    private static readonly ScalarType[] Dtypes =
        [ScalarType.Float32, ScalarType.Float16, ScalarType.BFloat16, ScalarType.Int64];

    public static Tensor Of(ScalarType dtype, long[] shape, int seed) => Of(dtype, shape, new Random(seed));

    /// <summary>Some tensors of random shape, from none to five sizes of which any may be 0.</summary>
    public static Dictionary<string, Tensor> Some(int seed)
    {
        var random = new Random(seed);
        return Enumerable.Range(0, random.Next(12)).ToDictionary(
            i => $"{(char)random.Next('a', 'z')}.{i}",
            _ => Of(random.GetItems(Dtypes, 1)[0], Shape(random), random));
    }

    private static long[] Shape(Random random) =>
        [.. Enumerable.Range(0, random.Next(6)).Select(_ => (long)Math.Max(0, random.Next(-1, 7)))];

    private static Tensor Of(ScalarType dtype, long[] shape, Random random)
    {
        var tensor = empty(shape, dtype);
        random.NextBytes(tensor.bytes);
        return tensor;
    }
}
