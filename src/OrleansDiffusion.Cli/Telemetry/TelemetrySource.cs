using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using OrleansDiffusion.Grid;
using OrleansDiffusion.Nodes.Devices;

namespace OrleansDiffusion.Cli.Telemetry;

/// <summary>A process that is watched: its name, and what it measures and traces.</summary>
/// <param name="Service">What it is: <c>odiff-silo</c> or <c>odiff-gateway</c>.</param>
/// <param name="Cluster">Its cluster.</param>
/// <param name="Address">Where it is reached, which tells it from others of its kind.</param>
/// <param name="IsHttp">Whether it answers HTTP requests that are of interest.</param>
internal sealed record TelemetrySource(string Service, string Cluster, string Address, bool IsHttp)
{
    /// <summary>Names the process; the standard variables OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES have the last word.</summary>
    public void Describe(ResourceBuilder resource) => resource
        .AddService(Service, serviceNamespace: Cluster, serviceInstanceId: Address)
        .AddEnvironmentVariableDetector();

    /// <summary>Adds what is measured: the project's meters, and those of Orleans, .NET and ASP.NET Core.</summary>
    public void AddMetrics(MeterProviderBuilder metrics)
    {
        metrics.AddMeter(GridMetrics.MeterName, DeviceMetrics.MeterName, "Microsoft.Orleans", "System.Runtime");
        if (IsHttp)
            metrics.AddMeter("Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "Microsoft.AspNetCore.RateLimiting");
    }

    /// <summary>Adds what is traced: jobs, batches, blocks, and requests to the API.</summary>
    public void AddTraces(TracerProviderBuilder traces)
    {
        traces.AddSource(GridTraces.SourceName);
        if (IsHttp)
            traces.AddAspNetCoreInstrumentation(http => http.Filter = context => context.Request.Path.StartsWithSegments("/v1", StringComparison.Ordinal));
    }
}
