using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OpenTelemetry.Metrics;
using OrleansDiffusion.Silo;

namespace OrleansDiffusion.Cli.Telemetry;

/// <summary><c>/metrics</c>, as Prometheus reads it, at an address of its own.</summary>
internal sealed class MetricsEndpoint : IAsyncDisposable
{
    private static readonly TimeSpan LongestStop = TimeSpan.FromSeconds(1);

    private readonly WebApplication _app;

    private MetricsEndpoint(WebApplication app) => _app = app;

    /// <summary>Starts it.</summary>
    /// <param name="address">Where it listens.</param>
    /// <param name="metrics">What it shows; must have a Prometheus exporter.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    /// <exception cref="IOException">The port is taken, or the address is not this machine's.</exception>
    public static async Task<MetricsEndpoint> Start(IPEndPoint address, MeterProvider metrics, CancellationToken cancellationToken)
    {
        LoopbackPorts.CheckFree(address.Port, address.Address);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(address);
        });
        builder.Services.AddSingleton<IHostLifetime, GuestLifetime>();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = LongestStop);
        var app = builder.Build();
        try
        {
            // What is scraped is the requests of others.
            app.Use((context, next) =>
            {
                if (context.Features.Get<IHttpMetricsTagsFeature>() is { } tags)
                    tags.MetricsDisabled = true;
                return next(context);
            });
            app.UseOpenTelemetryPrometheusScrapingEndpoint(
                metrics, predicate: null, "/metrics", configureBranchedPipeline: null, optionsName: null);
            await app.StartAsync(cancellationToken);
            return new MetricsEndpoint(app);
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
    }
}
