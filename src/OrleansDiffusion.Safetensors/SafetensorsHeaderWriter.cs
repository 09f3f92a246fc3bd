using System.Buffers;
using System.Buffers.Binary;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace OrleansDiffusion.Safetensors;

/// <summary>Writes what stands before the values in a file.</summary>
public static class SafetensorsHeaderWriter
{
    // Names stand as the reference implementation writes them; no header ends up in a web page.
    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes the header of a file and the length before it; the values of the parts follow.</summary>
    /// <param name="destination">Where to write; left open.</param>
    /// <param name="parts">The tensors, in the order of their values: <see cref="SafetensorsPart.Ordered"/>.</param>
    /// <param name="metadata">Free text about the file; null for none.</param>
    /// <exception cref="ArgumentException">The header would have more than 100 MB; nothing has been written.</exception>
    public static void Write(
        Stream destination, IEnumerable<SafetensorsPart> parts, IReadOnlyDictionary<string, string>? metadata)
    {
        ArgumentNullException.ThrowIfNull(destination);
        ArgumentNullException.ThrowIfNull(parts);
        WritePadded(destination, Header(parts, metadata));
    }

    private static ReadOnlySpan<byte> Header(
        IEnumerable<SafetensorsPart> parts, IReadOnlyDictionary<string, string>? metadata)
    {
        var header = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(header, Plain))
        {
            json.WriteStartObject();
            if (metadata is not null)
                WriteMetadata(json, metadata);
            var offset = 0L;
            foreach (var part in parts)
            {
                WriteEntry(json, part, offset);
                offset += part.Bytes;
            }

            json.WriteEndObject();
        }

        return header.WrittenSpan;
    }

    private static void WriteMetadata(Utf8JsonWriter json, IReadOnlyDictionary<string, string> metadata)
    {
        json.WriteStartObject(SafetensorsHeader.MetadataName);
        foreach (var (key, text) in metadata.OrderBy(pair => pair.Key, StringComparer.Ordinal))
            json.WriteString(key, text);
        json.WriteEndObject();
    }

    private static void WriteEntry(Utf8JsonWriter json, SafetensorsPart part, long offset)
    {
        json.WriteStartObject(part.Name);
        json.WriteString("dtype", part.Dtype.Name);
        WriteNumbers(json, "shape", part.Shape);
        WriteNumbers(json, "data_offsets", [offset, offset + part.Bytes]);
        json.WriteEndObject();
    }

    private static void WriteNumbers(Utf8JsonWriter json, string name, IReadOnlyList<long> numbers)
    {
        json.WriteStartArray(name);
        foreach (var number in numbers)
            json.WriteNumberValue(number);
        json.WriteEndArray();
    }

    // Data starts at a multiple of eight; the header is padded with blanks.
    private static void WritePadded(Stream destination, ReadOnlySpan<byte> header)
    {
        var padded = (header.Length + 7) / 8 * 8;
        if (padded > SafetensorsHeader.MostBytes)
            throw new ArgumentException(
                $"would have {padded} bytes; at most {SafetensorsHeader.MostBytes} can be read", nameof(header));
        Span<byte> length = stackalloc byte[SafetensorsHeader.LengthBytes];
        BinaryPrimitives.WriteInt64LittleEndian(length, padded);
        destination.Write(length);
        destination.Write(header);
        destination.Write("       "u8[..(padded - header.Length)]);
    }
}
