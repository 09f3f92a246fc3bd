using System.Text.Json;
using System.Text.Json.Nodes;

namespace OrleansDiffusion.Models.UNets;

/// <summary>What all of diffusers' config files have in common.</summary>
internal static class DiffusersConfig
{
    /// <summary>The options of a config file: everything but diffusers' own entries, which begin with "_".</summary>
    /// <param name="json">The file's text.</param>
    /// <param name="classes">The classes that may be configured; the file may also not say.</param>
    /// <exception cref="ModelFormatException">Not a JSON object, or of another class.</exception>
    public static JsonObject Options(string json, params string[] classes)
    {
        JsonObject options;
        try
        {
            options = JsonNode.Parse(json) as JsonObject ?? throw new ModelFormatException("must be a JSON object");
            var name = (string?)options["_class_name"];
            if (name is not null && !classes.Contains(name))
                throw new ModelFormatException($"_class_name {name} is not supported; it may be {string.Join(", ", classes)}");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or ArgumentException)
        {
            throw new ModelFormatException(OneLine(e), e);
        }

        foreach (var own in options.Select(option => option.Key).Where(key => key.StartsWith('_')).ToArray())
            options.Remove(own);
        return options;
    }

    /// <summary>An exception's message on one line.</summary>
    public static string OneLine(Exception exception) => exception.Message.ReplaceLineEndings(" ");
}
