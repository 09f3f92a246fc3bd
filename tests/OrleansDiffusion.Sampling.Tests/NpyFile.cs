using System.Runtime.InteropServices;

namespace OrleansDiffusion.Sampling.Tests;

/// <summary>Reads the rows of a two-dimensional little-endian float32 .npy file in C order.</summary>
internal static class NpyFile
{
    public static float[][] ReadRows(string path, int elements)
    {
        var bytes = File.ReadAllBytes(path);
        var data = 10 + BitConverter.ToUInt16(bytes, 8);
        return [.. MemoryMarshal.Cast<byte, float>(bytes.AsSpan(data)).ToArray().Chunk(elements)];
    }
}
