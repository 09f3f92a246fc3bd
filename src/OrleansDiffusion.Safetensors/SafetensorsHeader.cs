using System.Buffers.Binary;
using System.Text.Json;
using System.Text.Unicode;

namespace OrleansDiffusion.Safetensors;

/// <summary>The head of a file, whose every number has been checked against the file.</summary>
/// <param name="Metadata">Free text about the file.</param>
/// <param name="Entries">The tensors by name; they fill the bytes behind the header without holes or overlaps.</param>
/// <param name="DataStart">The first byte behind the header.</param>
public sealed record SafetensorsHeader(
    IReadOnlyDictionary<string, string> Metadata,
    IReadOnlyDictionary<string, SafetensorsEntry> Entries,
    long DataStart)
{
    /// <summary>The name in a header under which the metadata stand.</summary>
    public const string MetadataName = "__metadata__";

    /// <summary>Bytes of the length before a header.</summary>
    public const int LengthBytes = 8;

    /// <summary>The reference implementation's limit for the bytes of a header.</summary>
    public const int MostBytes = 100_000_000;

    // What is nested deeper than JsonDocument's 64 levels is refused too.
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    /// <summary>Reads and checks the head of a file.</summary>
    /// <param name="file">The whole file, at its start.</param>
    /// <exception cref="SafetensorsFormatException">Broken; the message names the tensor, not the file.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static SafetensorsHeader Read(Stream file)
    {
        ArgumentNullException.ThrowIfNull(file);
        var length = LengthOfHeader(file);
        var json = new byte[length];
        file.ReadExactly(json);
        if (!Utf8.IsValid(json))
            throw new SafetensorsFormatException("the header is not UTF-8");
        if (length == 0 || json[0] != '{')
            throw new SafetensorsFormatException("the header is not a JSON object");
        var header = Parse(json, LengthBytes + length);
        SafetensorsLayout.Check(header.Entries, file.Length - header.DataStart);
        return header;
    }

    private static int LengthOfHeader(Stream file)
    {
        var room = file.Length - LengthBytes;
        if (room < 0)
            throw new SafetensorsFormatException($"has {file.Length} bytes, a safetensors file has at least {LengthBytes}");
        Span<byte> bytes = stackalloc byte[LengthBytes];
        file.ReadExactly(bytes);
        var length = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        if (length > MostBytes)
            throw new SafetensorsFormatException($"the header must have at most {MostBytes} bytes, claims {length}");
        if (length > (ulong)room)
            throw new SafetensorsFormatException($"the header claims {length} bytes, {room} are left in the file");
        return (int)length;
    }

    private static SafetensorsHeader Parse(ReadOnlyMemory<byte> json, long dataStart)
    {
        try
        {
            using var document = JsonDocument.Parse(json, Strict);
            return Read(document.RootElement, dataStart);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // An invalid operation is an escaped half of a surrogate pair: good JSON, but no text.
            throw new SafetensorsFormatException($"the header is broken: {Printable.Of(e.Message, 200)}", e);
        }
    }

    private static SafetensorsHeader Read(JsonElement header, long dataStart)
    {
        var metadata = new Dictionary<string, string>();
        var entries = new Dictionary<string, SafetensorsEntry>();
        foreach (var field in header.EnumerateObject())
        {
            if (field.Name == MetadataName)
                metadata = ReadMetadata(field.Value);
            else
                entries.Add(field.Name, ReadEntry(field.Name, field.Value));
        }

        return new SafetensorsHeader(metadata, entries, dataStart);
    }

    private static Dictionary<string, string> ReadMetadata(JsonElement metadata)
    {
        if (metadata.ValueKind != JsonValueKind.Object)
            throw new SafetensorsFormatException($"{MetadataName} must be an object, was {metadata.ValueKind}");
        var texts = new Dictionary<string, string>();
        foreach (var field in metadata.EnumerateObject())
        {
            if (field.Value.ValueKind != JsonValueKind.String)
                throw new SafetensorsFormatException(
                    $"{MetadataName} '{Printable.Of(field.Name)}' must be a string, was {field.Value.ValueKind}");
            texts.Add(field.Name, field.Value.GetString()!);
        }

        return texts;
    }

    private static SafetensorsEntry ReadEntry(string name, JsonElement value)
    {
        try
        {
            return SafetensorsEntryReader.Read(value);
        }
        catch (SafetensorsFormatException e)
        {
            throw new SafetensorsFormatException($"tensor '{Printable.Of(name)}': {e.Message}", e);
        }
    }
}
