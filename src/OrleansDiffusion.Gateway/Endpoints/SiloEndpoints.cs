using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using OrleansDiffusion.Client;

namespace OrleansDiffusion.Gateway.Endpoints;

/// <summary><c>/v1/silos</c>: who does the work.</summary>
internal static class SiloEndpoints
{
    /// <summary>Adds them.</summary>
    public static void MapSilos(this IEndpointRouteBuilder api) => api
        .MapGet("/silos", (ISamplingClient client, CancellationToken token) => client.GetSilosAsync(token))
        .WithSummary("The silos of the cluster, with what their devices have to do.");
}
