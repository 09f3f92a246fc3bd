using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace OrleansDiffusion.Models.Tests.UNets;

/// <summary>Tensors as plain arrays, so that tests compute without libtorch.</summary>
internal static class Numbers
{
    public static float[] Of(Tensor tensor)
    {
        using var contiguous = tensor.contiguous();
        return MemoryMarshal.Cast<byte, float>(contiguous.bytes).ToArray();
    }

    /// <summary>Numbers from −1 to 1, [shape].</summary>
    public static Tensor Random(int seed, params long[] shape)
    {
        var random = new Random(seed);
        var values = new float[shape.Aggregate(1L, (product, size) => product * size)];
        for (var i = 0; i < values.Length; i++)
            values[i] = (2 * random.NextSingle()) - 1;
        return tensor(values, shape);
    }

    /// <summary>The largest absolute difference.</summary>
    public static double Distance(Tensor a, Tensor b)
    {
        Assert.Equal(a.shape, b.shape);
        return Of(a).Zip(Of(b), (x, y) => Math.Abs((double)x - y)).Max();
    }
}
