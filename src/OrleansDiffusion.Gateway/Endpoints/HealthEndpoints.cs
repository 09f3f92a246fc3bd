using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;

namespace OrleansDiffusion.Gateway.Endpoints;

/// <summary>What probes ask: whether the process is alive, and whether it can be of use.</summary>
internal static class HealthEndpoints
{
    /// <summary>Asks for the process alone.</summary>
    public const string Live = "/health/live";

    /// <summary>Asks for the cluster.</summary>
    public const string Ready = "/health/ready";

    /// <summary>The check of the cluster.</summary>
    public const string Cluster = "cluster";

    /// <summary>
    /// Adds <see cref="Live"/>, which asks nothing of anybody else, so that a cluster that is away restarts no gateway, and
    /// <see cref="Ready"/>.
    /// </summary>
    public static void MapHealth(this WebApplication app)
    {
        app.MapHealthChecks(Live, new HealthCheckOptions { Predicate = _ => false });
        app.MapHealthChecks(Ready, new HealthCheckOptions { Predicate = check => check.Name == Cluster });
    }
}
