using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;

namespace OrleansDiffusion.Gateway.Endpoints;

/// <summary>What probes ask: whether the process is alive, and whether it can be of use.</summary>
internal static class HealthEndpoints
{
    /// <summary>The check of the cluster.</summary>
    public const string Cluster = "cluster";

    /// <summary>
    /// Adds <c>/health/live</c>, which asks nothing of anybody else, so that a cluster that is away restarts no gateway, and
    /// <c>/health/ready</c>.
    /// </summary>
    public static void MapHealth(this WebApplication app)
    {
        app.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = _ => false });
        app.MapHealthChecks("/health/ready", new HealthCheckOptions { Predicate = check => check.Name == Cluster });
    }
}
