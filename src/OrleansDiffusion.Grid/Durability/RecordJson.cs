using System.Text.Json;
using System.Text.Json.Serialization;

namespace OrleansDiffusion.Grid.Durability;

/// <summary>How records are written: for people to read, with the command line's names.</summary>
internal static class RecordJson
{
    public static JsonSerializerOptions Options { get; } = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };
}
