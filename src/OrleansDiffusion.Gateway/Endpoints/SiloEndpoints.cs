using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using OrleansDiffusion.Client;
using OrleansDiffusion.Contracts.Silos;

namespace OrleansDiffusion.Gateway.Endpoints;

/// <summary><c>/v1/silos</c>: who does the work.</summary>
internal static class SiloEndpoints
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);

    /// <summary>Adds them.</summary>
    public static void MapSilos(this IEndpointRouteBuilder api) => api
        .MapGet("/silos", List)
        .WithSummary("The silos of the cluster, with what their devices have to do.");

    private static async Task<IReadOnlyList<SiloSummary>> List(IGrainFactory grains, CancellationToken token)
    {
        try
        {
            return await grains.GetGrain<ISiloIndexGrain>(0).List(token).WaitAsync(Longest, token);
        }
        catch (Exception e) when (e is OrleansException or TimeoutException)
        {
            throw new SamplingUnavailableException("the cluster does not answer", e);
        }
    }
}
