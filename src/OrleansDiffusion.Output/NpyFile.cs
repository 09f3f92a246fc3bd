using System.Runtime.InteropServices;
using System.Text;

namespace OrleansDiffusion.Output;

/// <summary>NumPy's array file, version 1.0: float32, little-endian, C order.</summary>
public static class NpyFile
{
    /// <summary>What a file begins with; the values follow.</summary>
    /// <param name="shape">The array's sizes.</param>
    public static byte[] Header(IReadOnlyList<long> shape)
    {
        ArgumentNullException.ThrowIfNull(shape);

        // A shape of one dimension is written as Python writes a tuple of one.
        var tuple = string.Join(", ", shape) + (shape.Count == 1 ? "," : "");
        var header = $"{{'descr': '<f4', 'fortran_order': False, 'shape': ({tuple}), }}";

        // Magic, version and length take 10 bytes; values start at a multiple of 64, behind a newline.
        var padded = ((10 + header.Length + 1 + 63) / 64 * 64) - 10;
        return
        [
            0x93, .. "NUMPY"u8, 1, 0, (byte)padded, (byte)(padded >> 8),
            .. Encoding.ASCII.GetBytes(header.PadRight(padded - 1) + '\n'),
        ];
    }

    /// <summary>Writes an array.</summary>
    /// <param name="destination">Where to.</param>
    /// <param name="shape">Its sizes.</param>
    /// <param name="values">Its values, in C order.</param>
    public static void Write(Stream destination, IReadOnlyList<long> shape, ReadOnlySpan<float> values)
    {
        ArgumentNullException.ThrowIfNull(destination);
        destination.Write(Header(shape));
        destination.Write(MemoryMarshal.AsBytes(values));
    }
}
