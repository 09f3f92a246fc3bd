using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace OrleansDiffusion.Models.Networks;

/// <summary>What all of diffusers' config files have in common.</summary>
internal static class DiffusersConfig
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        RespectNullableAnnotations = true,
        TypeInfoResolver = new DefaultJsonTypeInfoResolver(),
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    };

    /// <summary>Reads a config's options: everything but diffusers' own entries, which begin with "_".</summary>
    /// <typeparam name="T">Has a property for each option.</typeparam>
    /// <param name="json">The file's text.</param>
    /// <param name="classes">The classes that may be configured; the file may also not say.</param>
    /// <exception cref="ModelFormatException">
    /// Not a JSON object, of another class, an option that is not known, or a value of the wrong kind.
    /// </exception>
    public static T Read<T>(string json, params string[] classes)
    {
        try
        {
            var options = JsonNode.Parse(json) as JsonObject ?? throw new ModelFormatException("must be a JSON object");
            if ((string?)options["_class_name"] is { } name)
                OneOf("_class_name", name, classes);
            foreach (var own in options.Select(option => option.Key).Where(key => key.StartsWith('_')).ToArray())
                options.Remove(own);
            // What is derived from other options has no setter here, and is no option.
            var known = Json.GetTypeInfo(typeof(T)).Properties
                .Where(property => property.Set is not null).Select(property => property.Name).ToHashSet();
            if (options.Select(option => option.Key).FirstOrDefault(key => !known.Contains(key)) is { } unknown)
                throw new ModelFormatException($"option {unknown} is not known");
            return options.Deserialize<T>(Json)!;
        }
        catch (JsonException e) when (e.Path?.Length > 2)
        {
            throw new ModelFormatException($"{e.Path[2..]} has a value of the wrong kind", e);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or ArgumentException)
        {
            throw new ModelFormatException("must be a JSON object without duplicate entries", e);
        }
    }

    /// <summary>Throws, naming the option, unless its value is one of those supported.</summary>
    public static void OneOf(string option, string? value, params string?[] supported)
    {
        if (!supported.Contains(value))
        {
            throw new ModelFormatException(
                $"{option} {value ?? "null"} is not supported; it may be {string.Join(" or ", supported.Select(s => s ?? "null"))}");
        }
    }

    /// <summary>Throws, naming the option, unless a condition on it holds.</summary>
    public static void Require(bool holds, string option, string requirement)
    {
        if (!holds)
            throw new ModelFormatException($"{option} must be {requirement}");
    }
}
