using static TorchSharp.torch;

namespace OrleansDiffusion.Models.Safetensors;

/// <summary>Cuts the memory of a tensor into parts, since a span ends at 2 GiB.</summary>
internal static class TensorChunks
{
    /// <summary>Bytes of a part, at most.</summary>
    public const int MostBytes = 1 << 22;

    /// <summary>The values in order, as views [n] of the same memory; whoever asks disposes them.</summary>
    /// <param name="tensor">A contiguous tensor; it may be empty.</param>
    public static IEnumerable<Tensor> Of(Tensor tensor)
    {
        using var flat = tensor.view(tensor.NumberOfElements);
        var most = MostBytes / tensor.ElementSize;
        for (var start = 0L; start < tensor.NumberOfElements; start += most)
            yield return flat.narrow(0, start, Math.Min(most, tensor.NumberOfElements - start));
    }
}
