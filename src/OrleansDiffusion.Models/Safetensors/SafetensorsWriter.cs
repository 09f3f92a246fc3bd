using System.Buffers;
using System.Buffers.Binary;
using System.Text.Encodings.Web;
using System.Text.Json;
using static TorchSharp.torch;

namespace OrleansDiffusion.Models.Safetensors;

/// <summary>Writes the safetensors format: a JSON header that places named tensors in the bytes behind it.</summary>
/// <remarks>The same tensors and metadata give the same bytes, whatever order they come in.</remarks>
public static class SafetensorsWriter
{
    // Names stand as the reference implementation writes them; no header ends up in a web page.
    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes a file, which appears whole or not at all.</summary>
    /// <param name="path">The file; one that is there is replaced, and who reads it goes on with the old one.</param>
    /// <param name="tensors">Tensors of any shape, float32, float16, bfloat16 or int64, by name.</param>
    /// <param name="metadata">Free text about the file; null for none.</param>
    /// <exception cref="ArgumentException">Names or dtypes cannot be written, or make a header of more than 100 MB.
    /// </exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Write(
        string path, IEnumerable<KeyValuePair<string, Tensor>> tensors,
        IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentNullException.ThrowIfNull(path);
        var beside = $"{path}.{Path.GetRandomFileName()}";
        try
        {
            using (var stream = File.Create(beside))
                Write(stream, tensors, metadata);
            File.Move(beside, path, overwrite: true);
        }
        finally
        {
            File.Delete(beside);
        }
    }

    /// <summary>Writes to a stream. Only a tensor that is not contiguous on the CPU is copied, one at a time.</summary>
    /// <param name="destination">Where to write; left open.</param>
    /// <param name="tensors">Tensors of any shape, float32, float16, bfloat16 or int64, by name.</param>
    /// <param name="metadata">Free text about the file; null for none.</param>
    /// <exception cref="ArgumentException">Names or dtypes cannot be written, or make a header of more than 100 MB;
    /// nothing has been written.</exception>
    public static void Write(
        Stream destination, IEnumerable<KeyValuePair<string, Tensor>> tensors,
        IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentNullException.ThrowIfNull(destination);
        ArgumentNullException.ThrowIfNull(tensors);
        var parts = SafetensorsPart.Ordered(tensors);
        WriteHeader(destination, Header(parts, metadata));
        foreach (var part in parts)
            WriteValues(destination, part.Tensor);
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
        WriteNumbers(json, "shape", part.Tensor.shape);
        WriteNumbers(json, "data_offsets", [offset, offset + part.Bytes]);
        json.WriteEndObject();
    }

    private static void WriteNumbers(Utf8JsonWriter json, string name, ReadOnlySpan<long> numbers)
    {
        json.WriteStartArray(name);
        foreach (var number in numbers)
            json.WriteNumberValue(number);
        json.WriteEndArray();
    }

    // Data starts at a multiple of eight; the header is padded with blanks.
    private static void WriteHeader(Stream destination, ReadOnlySpan<byte> header)
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

    private static void WriteValues(Stream destination, Tensor tensor)
    {
        using var local = tensor.cpu();
        using var contiguous = local.contiguous();
        foreach (var chunk in TensorChunks.Of(contiguous))
        {
            using (chunk)
                destination.Write(chunk.bytes);
        }
    }
}
