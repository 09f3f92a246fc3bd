using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using OrleansDiffusion.Contracts.Jobs;
using OrleansDiffusion.Contracts.Manifests;
using OrleansDiffusion.Grid.Durability;

namespace OrleansDiffusion.Grid.Manifests;

/// <summary>Reads the lines of a manifest: each a JSON object of what it asks for beside the defaults.</summary>
internal sealed class LineReader
{
    private const int LongestId = 200;

    private static readonly JsonSerializerOptions Json = new(RecordJson.Options)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals | JsonNumberHandling.AllowReadingFromString,
    };

    private readonly ManifestTerms _terms;
    private readonly JsonObject _defaults;
    private readonly Dictionary<string, SamplingRequest> _alike = []; // one for all lines that say the same beside their items

    public LineReader(ManifestTerms terms)
    {
        _terms = terms;
        _defaults = JsonNode.Parse(terms.Defaults)!.AsObject();
    }

    /// <summary>What lines ask for that say nothing.</summary>
    /// <exception cref="JsonException">It is no request.</exception>
    public static SamplingRequest DefaultsOf(ManifestTerms terms)
    {
        var fields = JsonNode.Parse(terms.Defaults) as JsonObject ?? throw new JsonException("it must be a JSON object");
        if (!fields.ContainsKey("model"))
            fields["model"] = ""; // every line has its own
        return RequestOf(fields);
    }

    /// <summary>The lines of a part that are not blank.</summary>
    /// <param name="part">The part.</param>
    /// <param name="firstNumber">The number of its first line.</param>
    public IReadOnlyList<ManifestLine> Read(ReadOnlyMemory<byte> part, long firstNumber)
    {
        var lines = new List<ManifestLine>();
        for (var number = firstNumber; !part.IsEmpty; number++)
        {
            var end = part.Span.IndexOf((byte)'\n');
            var line = part[..(end < 0 ? part.Length : end)];
            part = part[(end < 0 ? part.Length : end + 1)..];
            if (!line.Span.Trim(" \t\r"u8).IsEmpty)
                lines.Add(Line(line, number));
        }

        return lines;
    }

    private ManifestLine Line(ReadOnlyMemory<byte> text, long number)
    {
        string? id = null;
        try
        {
            if (text.Length >= IManifestGrain.LongestLine)
                throw new JsonException($"it must have fewer than {IManifestGrain.LongestLine} bytes");
            var fields = JsonNode.Parse(text.Span) as JsonObject ?? throw new JsonException("it must be a JSON object");
            id = Id(fields);
            Label(fields);
            var request = RequestOf(Merged(fields));
            request = request with { Submitter = _terms.Submitter ?? request.Submitter };
            if (_terms.Limits?.Mistake(request) is { } mistake)
                return new ManifestLine(number, id, null, null, $"{mistake.Option} {mistake.Reason}");
            var alike = request with { Seed = 0, Labels = [], Guidance = null, Count = 1 };
            return new ManifestLine(
                number, id, Shared(alike), new RequestItem(request.Seed, request.Labels, request.Guidance, request.Count), null);
        }
        catch (Exception e) when (e is JsonException or ArgumentException or InvalidOperationException)
        {
            return new ManifestLine(number, id, null, null, MistakeIn(e));
        }
    }

    private static SamplingRequest RequestOf(JsonObject fields)
    {
        var request = fields.Deserialize<SamplingRequest>(Json) ?? throw new JsonException("it must be a JSON object");
        return request.Items is null ? request : throw new JsonException("a line may have no items");
    }

    private JsonObject Merged(JsonObject fields)
    {
        var merged = (JsonObject)_defaults.DeepClone();
        foreach (var (name, value) in fields)
            merged[name] = value?.DeepClone();
        return merged;
    }

    private SamplingRequest Shared(SamplingRequest alike)
    {
        var key = JsonSerializer.Serialize(alike, Json);
        return _alike.TryGetValue(key, out var known) ? known : _alike[key] = alike;
    }

    private static string? Id(JsonObject fields)
    {
        if (!fields.TryGetPropertyValue("id", out var node) || !fields.Remove("id") || node is null)
            return null;
        var id = node.GetValueKind() == JsonValueKind.String ? node.GetValue<string>() : node.ToJsonString();
        return id.Length <= LongestId ? id : throw new JsonException($"its id must have at most {LongestId} characters");
    }

    // One label, as on the command line, or several.
    private static void Label(JsonObject fields)
    {
        if (!fields.TryGetPropertyValue("label", out var label) || !fields.Remove("label") || label is null)
            return;
        fields["labels"] = label is JsonArray ? label : new JsonArray(label);
    }

    /// <summary>What is wrong, in one line; the parser names types of the inside.</summary>
    public static string MistakeIn(Exception e) => e switch
    {
        JsonException { Path: ['$', '.', .. var field] } => $"its field '{field}' is unknown, or has a value that it cannot have",
        JsonException when e.Message.Contains("'model'", StringComparison.Ordinal) => "it must have a field 'model'",
        JsonException { LineNumber: not null } json => $"it is no JSON object at byte {json.BytePositionInLine}",
        _ => e.Message.ReplaceLineEndings(" "),
    };
}
