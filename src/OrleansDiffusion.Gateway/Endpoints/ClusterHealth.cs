using Microsoft.Extensions.Diagnostics.HealthChecks;
using OrleansDiffusion.Contracts;

namespace OrleansDiffusion.Gateway.Endpoints;

/// <summary>Whether a silo of the cluster answers.</summary>
/// <param name="grains">The cluster's grains.</param>
internal sealed class ClusterHealth(IGrainFactory grains) : IHealthCheck
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(2);

    public async Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            await grains.GetGrain<IManagementGrain>(0).GetHosts(onlyActive: true, cancellationToken).WaitAsync(Longest, cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (Exception e) when (Unanswered.Is(e, cancellationToken))
        {
            return HealthCheckResult.Unhealthy("no silo of the cluster answers");
        }
    }
}
