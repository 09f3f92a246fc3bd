using System.Text.Json;
using OrleansDiffusion.Contracts.Manifests;
using OrleansDiffusion.Grid.Durability;

namespace OrleansDiffusion.Grid.Manifests;

/// <summary>What became of lines, a line of JSON each.</summary>
internal static class ResultLines
{
    private static readonly JsonSerializerOptions Json = new(RecordJson.Options) { WriteIndented = false };

    /// <summary>Writes them, in the order of their lines.</summary>
    public static byte[] Write(IEnumerable<LineResult> results)
    {
        using var content = new MemoryStream();
        foreach (var result in results.OrderBy(result => result.Line))
        {
            JsonSerializer.Serialize(content, result, Json);
            content.WriteByte((byte)'\n');
        }

        return content.ToArray();
    }

    /// <summary>Reads them; none where there is nothing.</summary>
    /// <exception cref="JsonException">They are something else.</exception>
    public static IReadOnlyList<LineResult> Read(ReadOnlyMemory<byte>? content)
    {
        var results = new List<LineResult>();
        for (var left = content ?? default; !left.IsEmpty;)
        {
            var end = left.Span.IndexOf((byte)'\n');
            results.Add(JsonSerializer.Deserialize<LineResult>(left.Span[..end], Json)!);
            left = left[(end + 1)..];
        }

        return results;
    }
}
