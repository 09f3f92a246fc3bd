using System.Buffers.Binary;
using System.Text.Json;

namespace OrleansDiffusion.Models.Safetensors;

/// <summary>Writes the safetensors format: a JSON header that places named tensors in the bytes behind it.</summary>
public static class SafetensorsWriter
{
    /// <summary>Writes one float32 tensor.</summary>
    /// <param name="destination">Where to write; left open.</param>
    /// <param name="name">The tensor's name.</param>
    /// <param name="shape">Its shape; the sizes multiply to the number of values.</param>
    /// <param name="values">Its values in C order.</param>
    /// <param name="metadata">Free text about the file.</param>
    public static void Write(
        Stream destination, string name, IReadOnlyList<long> shape, ReadOnlySpan<float> values,
        IReadOnlyDictionary<string, string> metadata)
    {
        ArgumentNullException.ThrowIfNull(destination);
        var bytes = System.Runtime.InteropServices.MemoryMarshal.AsBytes(values);
        var header = JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, object>
        {
            ["__metadata__"] = metadata,
            [name] = new { dtype = "F32", shape, data_offsets = new[] { 0L, bytes.Length } },
        });

        // Data starts at a multiple of eight; the header is padded with blanks.
        var padded = (header.Length + 7) / 8 * 8;
        Span<byte> length = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, padded);
        destination.Write(length);
        destination.Write(header);
        destination.Write("       "u8[..(padded - header.Length)]);
        destination.Write(bytes);
    }
}
