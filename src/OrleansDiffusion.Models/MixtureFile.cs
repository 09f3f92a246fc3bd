using System.Text.Json;
using System.Text.Json.Serialization;

namespace OrleansDiffusion.Models;

/// <summary>
/// The mixture's JSON file:
/// <c>{"kind":"gaussian-mixture","shape":[16],"weights":[…],"means":[[…],…],"stddevs":[…]}</c>.
/// </summary>
public static class MixtureFile
{
    private const string Kind = "gaussian-mixture";

    // "NaN" is read so that it can be refused by the place where it stands.
    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web)
    {
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        ReadCommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
    };

    /// <summary>Reads and checks a mixture.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="ModelFormatException">The file cannot be read or used; the message names it.</exception>
    public static MixtureParameters Read(string path) => ConfigFile.Read(path, Parse);

    private static MixtureParameters Parse(string json)
    {
        var content = JsonSerializer.Deserialize<Content>(json, Format)
            ?? throw new ModelFormatException("the file is empty");
        if (content.Kind != Kind)
            throw new ModelFormatException($"kind must be \"{Kind}\", was \"{content.Kind}\"");
        var parameters = new MixtureParameters(
            content.Shape ?? throw Missing("shape"),
            content.Weights ?? throw Missing("weights"),
            content.Means ?? throw Missing("means"),
            content.Stddevs ?? throw Missing("stddevs"));
        if (Array.IndexOf(content.Means, null) is >= 0 and var k)
            throw Missing($"means[{k}]");
        parameters.Validate();
        return parameters;

        static ModelFormatException Missing(string name) => new($"{name} is missing");
    }

    private sealed record Content(string? Kind, long[]? Shape, double[]? Weights, double[][]? Means, double[]? Stddevs);
}
