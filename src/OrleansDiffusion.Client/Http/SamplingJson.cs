using System.Text.Json;
using System.Text.Json.Serialization;

namespace OrleansDiffusion.Client.Http;

/// <summary>How requests, records and progress are written over HTTP.</summary>
internal static class SamplingJson
{
    /// <summary>The options; not to be changed.</summary>
    public static JsonSerializerOptions Options { get; } = Set(new JsonSerializerOptions(JsonSerializerDefaults.Web));

    /// <summary>Sets options as both sides have them.</summary>
    public static JsonSerializerOptions Set(JsonSerializerOptions options)
    {
        // A residual may be infinite; a seed has 64 bits, for which some callers have strings alone.
        options.NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals | JsonNumberHandling.AllowReadingFromString;
        options.RespectNullableAnnotations = true;
        options.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.CamelCase));
        return options;
    }
}
