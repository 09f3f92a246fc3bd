using System.Text.Json;
using System.Text.Json.Nodes;
using OrleansDiffusion.Contracts.Jobs;

namespace OrleansDiffusion.Grid.Durability;

/// <summary>Where two requests differ.</summary>
internal static class RequestDifference
{
    private static readonly JsonSerializerOptions CommandLine = new(RecordJson.Options)
    {
        PropertyNamingPolicy = JsonNamingPolicy.KebabCaseLower,
        WriteIndented = false,
    };

    /// <summary>
    /// The first option in which a request is not the one that was submitted. Its turn among others is none of them.
    /// </summary>
    /// <returns>The option, with both values; null if the requests are the same.</returns>
    public static Refusal? Of(SamplingRequest submitted, SamplingRequest request)
    {
        var (before, now) = (Fields(submitted.WithoutTurn()), Fields(request.WithoutTurn()));
        foreach (var (name, value) in now)
        {
            if (!JsonNode.DeepEquals(before[name], value))
                return new Refusal(name == "labels" ? "label" : name, $"is {Text(value)}, the job was begun with {Text(before[name])}");
        }

        return null;
    }

    private static JsonObject Fields(SamplingRequest request) =>
        JsonSerializer.SerializeToNode(request, CommandLine)!.AsObject();

    private static string Text(JsonNode? value) => value is null ? "none" : value.ToJsonString().Trim('"');
}
