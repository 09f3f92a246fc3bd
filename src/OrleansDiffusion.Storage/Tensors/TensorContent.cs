using System.Runtime.InteropServices;
using OrleansDiffusion.Safetensors;

namespace OrleansDiffusion.Storage.Tensors;

/// <summary>The content of an object in the safetensors format, read and checked.</summary>
internal sealed class TensorContent
{
    private readonly SafetensorsHeader _header;
    private readonly ReadOnlyMemory<byte> _content;

    /// <summary>Reads a content.</summary>
    /// <exception cref="SafetensorsFormatException">Says what is wrong with it.</exception>
    public TensorContent(ReadOnlyMemory<byte> content)
    {
        using var stream = MemoryMarshal.TryGetArray(content, out var array)
            ? new MemoryStream(array.Array!, array.Offset, array.Count, writable: false)
            : new MemoryStream(content.ToArray(), writable: false);
        _header = SafetensorsHeader.Read(stream);
        _content = content;
    }

    /// <summary>Puts tensors together.</summary>
    /// <exception cref="ArgumentException">Together they are too large for an object.</exception>
    public static ReadOnlyMemory<byte> Write(
        IEnumerable<BytesPart> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        var parts = SafetensorsPart.Ordered(tensors);
        using var header = new MemoryStream();
        SafetensorsHeaderWriter.Write(header, parts, metadata);
        var bytes = header.Length + parts.Sum(part => part.Bytes);
        if (bytes > Array.MaxLength)
            throw new ArgumentException($"must have at most {Array.MaxLength} bytes, have {bytes}", nameof(tensors));

        var content = new byte[bytes];
        header.ToArray().CopyTo(content, 0);
        var end = (int)header.Length;
        foreach (var values in parts.SelectMany(part => part.Values))
        {
            values.Span.CopyTo(content.AsSpan(end));
            end += values.Length;
        }

        return content;
    }

    /// <summary>A text of the metadata.</summary>
    /// <exception cref="SafetensorsFormatException">There is none of this name.</exception>
    public string Text(string name) => _header.Metadata.TryGetValue(name, out var text)
        ? text
        : throw new SafetensorsFormatException($"{SafetensorsHeader.MetadataName} '{name}' is missing");

    /// <summary>A tensor's sizes and its little-endian values.</summary>
    /// <param name="name">The tensor.</param>
    /// <param name="dtype">What it must hold.</param>
    /// <exception cref="SafetensorsFormatException">There is none of this name, or it holds something else.</exception>
    public (IReadOnlyList<long> Shape, ReadOnlyMemory<byte> Values) Tensor(string name, SafetensorsDtype dtype)
    {
        if (!_header.Entries.TryGetValue(name, out var entry))
            throw new SafetensorsFormatException($"tensor '{name}' is missing");
        if (entry.Dtype != dtype)
            throw new SafetensorsFormatException($"tensor '{name}' must be {dtype.Name}, is {entry.Dtype.Name}");
        return (entry.Shape, _content.Slice((int)(_header.DataStart + entry.Begin), (int)entry.Length));
    }
}
