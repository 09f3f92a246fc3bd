using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using OrleansDiffusion.Client;

namespace OrleansDiffusion.Gateway.Endpoints;

/// <summary><c>/v1/models</c>: what can be sampled by name.</summary>
internal static class ModelEndpoints
{
    /// <summary>Adds them.</summary>
    public static void MapModels(this IEndpointRouteBuilder api) => api
        .MapGet("/models", (ISamplingClient client, CancellationToken token) => client.GetModelsAsync(token))
        .WithSummary("The models that can be asked for by name.");
}
