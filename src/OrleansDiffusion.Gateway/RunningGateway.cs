using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Dashboard;
using OrleansDiffusion.Client;
using OrleansDiffusion.Client.Http;
using OrleansDiffusion.Gateway.Access;
using OrleansDiffusion.Gateway.Endpoints;
using OrleansDiffusion.Gateway.Page;

namespace OrleansDiffusion.Gateway;

/// <summary>A gateway that runs in this process until it is disposed of: the HTTP API of a cluster.</summary>
public sealed class RunningGateway : IAsyncDisposable
{
    private static readonly TimeSpan LongestHeaders = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LongestStop = TimeSpan.FromSeconds(5);

    // Who waits for an answer is told after about a minute that there is none, and HTTP clients of ours try again.
    private const int MostAttempts = 6;

    private readonly WebApplication _app;

    private RunningGateway(WebApplication app) => _app = app;

    /// <summary>Where it listens.</summary>
    public Uri Address => new(_app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>()
        .Addresses.First());

    /// <summary>Starts a gateway.</summary>
    /// <param name="settings">How it is run.</param>
    /// <param name="addGrid">Adds the Orleans client of the cluster, or another <see cref="IGrainFactory"/>.</param>
    /// <param name="log">Sets where logs go; null for nowhere.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    /// <exception cref="ArgumentException">A setting is out of its range.</exception>
    /// <exception cref="IOException">The port is taken, or the address is not this machine's.</exception>
    public static async Task<RunningGateway> Start(
        GatewaySettings settings, Action<IHostApplicationBuilder> addGrid, Action<ILoggingBuilder>? log = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(addGrid);
        if (settings.Mistake() is var (option, requirement))
            throw new ArgumentException($"{option} {requirement}", nameof(settings));

        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        log?.Invoke(builder.Logging);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => Limit(kestrel, settings));
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = LongestStop);
        AddServices(builder.Services, settings);
        addGrid(builder);
        var app = builder.Build();
        try
        {
            Map(app, settings);
            await app.StartAsync(cancellationToken);
            return new RunningGateway(app);
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
    }

    private static void Limit(KestrelServerOptions kestrel, GatewaySettings settings)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = settings.MostBytes;
        kestrel.Limits.RequestHeadersTimeout = LongestHeaders;
        kestrel.Listen(settings.Listen);
    }

    private static void AddServices(IServiceCollection services, GatewaySettings settings)
    {
        services.AddSingleton(settings);
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton<ApiKeys>();
        services.AddBearerTokens(settings);
        services.AddSingleton<LimitCheck>();
        services.AddOrleansDiffusionClient(client => (client.MostAttempts, client.WaitsWhileBusy) = (MostAttempts, false));
        services.AddRouting();
        services.Configure<RouteHandlerOptions>(routes => routes.ThrowOnBadRequest = true);
        services.ConfigureHttpJsonOptions(json =>
        {
            SamplingJson.Set(json.SerializerOptions);
            json.SerializerOptions.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
        });
        services.AddProblemDetails(problems => problems.CustomizeProblemDetails = Problems.Explain);
        services.AddExceptionHandler<ProblemHandler>();
        services.AddRateLimits(settings.Rate);
        services.AddHealthChecks().AddCheck<ClusterHealth>(HealthEndpoints.Cluster);
        services.AddOpenApi(options => options.Describe(settings));
    }

    private static void Map(WebApplication app, GatewaySettings settings)
    {
        app.UseExceptionHandler();
        app.UseStatusCodePages();
        app.UseRouting();
        app.MapHealth();
        if (settings.Dashboard)
            app.UseDashboardKeys();
        app.UseApiKeys();
        app.UseRateLimiter();
        app.MapPage();
        if (settings.Dashboard)
            app.MapOrleansDashboard(DashboardKeys.Path).ExcludeFromDescription();
        app.MapOpenApi(OpenApiText.Document);
        app.MapReference(OpenApiText.Document);
        var api = app.MapGroup("/v1").RequireRateLimiting(RateLimits.Policy).WithUsualProblems();
        api.MapJobs();
        api.MapModels();
        api.MapSilos();
        api.MapImages();
        api.MapManifests();
    }
}
