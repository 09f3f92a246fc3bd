using System.Runtime.InteropServices;
using System.Text;

namespace OrleansDiffusion.Cli.Output;

/// <summary>NumPy's array file, version 1.0: float32, little-endian, C order.</summary>
internal static class NpyFile
{
    public static void Write(Stream destination, IReadOnlyList<long> shape, ReadOnlySpan<float> values)
    {
        // A shape of one dimension is written as Python writes a tuple of one.
        var tuple = string.Join(", ", shape) + (shape.Count == 1 ? "," : "");
        var header = $"{{'descr': '<f4', 'fortran_order': False, 'shape': ({tuple}), }}";

        // Magic, version and length take 10 bytes; values start at a multiple of 64, behind a newline.
        var padded = ((10 + header.Length + 1 + 63) / 64 * 64) - 10;
        destination.Write([0x93, .. "NUMPY"u8, 1, 0, (byte)padded, (byte)(padded >> 8)]);
        destination.Write(Encoding.ASCII.GetBytes(header.PadRight(padded - 1) + '\n'));
        destination.Write(MemoryMarshal.AsBytes(values));
    }
}
