using System.Security.Cryptography;
using System.Text.Json;
using OrleansDiffusion.Storage.Objects;

namespace OrleansDiffusion.Storage.Checkpoints;

/// <summary>Who works on a batch, and where its last checkpoint is. Whoever may replace it is not fenced out.</summary>
/// <param name="Owner">Names a claim.</param>
/// <param name="Content">The file of the content within the batch's folder; null before the first checkpoint.</param>
/// <param name="Sha256">The hash of the content in hexadecimal; null before the first checkpoint.</param>
internal sealed record CheckpointPointer(string Owner, string? Content, string? Sha256)
{
    private static readonly JsonSerializerOptions Json =
        new(JsonSerializerOptions.Strict) { PropertyNamingPolicy = JsonNamingPolicy.CamelCase, WriteIndented = true };

    /// <summary>The hash of a content as it stands here.</summary>
    public static string HashOf(ReadOnlyMemory<byte> content) =>
        Convert.ToHexStringLower(SHA256.HashData(content.Span));

    /// <summary>Reads a pointer.</summary>
    /// <exception cref="BrokenObjectException">It is not one.</exception>
    public static CheckpointPointer Read(string name, ReadOnlyMemory<byte> bytes)
    {
        CheckpointPointer? pointer;
        try
        {
            pointer = JsonSerializer.Deserialize<CheckpointPointer>(bytes.Span, Json);
        }
        catch (JsonException e)
        {
            throw new BrokenObjectException(name, $"is broken: {Safetensors.Printable.Of(e.Message, 200)}", e);
        }

        if (pointer is null || (pointer.Content is { } content && !ObjectName.IsPart(content)))
            throw new BrokenObjectException(name, "is broken: it points to nothing that can be a content");
        return pointer;
    }

    /// <summary>The bytes that <see cref="Read"/> reads.</summary>
    public ReadOnlyMemory<byte> Write() => JsonSerializer.SerializeToUtf8Bytes(this, Json);
}
