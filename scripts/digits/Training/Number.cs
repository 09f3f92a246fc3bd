using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace OrleansDiffusion.Digits.Training;

/// <summary>Reads single values; torch's own way is by way of a Scalar that may be finalised meanwhile.</summary>
internal static class Number
{
    /// <summary>The value of a float32 tensor of one element.</summary>
    public static float Of(Tensor tensor)
    {
        using var value = tensor.detach();
        using var onHost = value.cpu();
        return MemoryMarshal.Read<float>(onHost.bytes);
    }
}
