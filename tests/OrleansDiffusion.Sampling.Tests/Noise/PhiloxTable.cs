using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace OrleansDiffusion.Sampling.Tests.Noise;

/// <summary>Golden/philox.json, made with an independent implementation.</summary>
public sealed record PhiloxTable(
    [property: JsonPropertyName("known_answers")] IReadOnlyList<PhiloxTable.KnownAnswer> KnownAnswers,
    [property: JsonPropertyName("table")] IReadOnlyList<PhiloxTable.Row> Rows)
{
    public static PhiloxTable Instance { get; } = Load();

    /// <summary>A vector of Random123's kat_vectors, as hexadecimal words.</summary>
    public sealed record KnownAnswer(
        [property: JsonPropertyName("counter")] IReadOnlyList<string> Counter,
        [property: JsonPropertyName("key")] IReadOnlyList<string> Key,
        [property: JsonPropertyName("output")] IReadOnlyList<string> Output);

    /// <summary>The raw outputs of blocks 0 and 1 and the eight values they give.</summary>
    public sealed record Row(
        [property: JsonPropertyName("seed")] ulong Seed,
        [property: JsonPropertyName("step")] uint Step,
        [property: JsonPropertyName("sample")] uint Sample,
        [property: JsonPropertyName("stream")] uint Stream,
        [property: JsonPropertyName("raw")] IReadOnlyList<string> Raw,
        [property: JsonPropertyName("values")] IReadOnlyList<float> Values);

    public static uint Word(string hexadecimal) => uint.Parse(hexadecimal, NumberStyles.HexNumber);

    private static PhiloxTable Load()
    {
        string path = Path.Combine(AppContext.BaseDirectory, "Golden", "philox.json");
        return JsonSerializer.Deserialize<PhiloxTable>(File.ReadAllText(path))
            ?? throw new InvalidDataException($"{path} is empty.");
    }
}
