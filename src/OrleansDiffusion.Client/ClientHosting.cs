using System.Net.Http.Headers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using OrleansDiffusion.Client.Cluster;
using OrleansDiffusion.Client.Http;
using OrleansDiffusion.Client.Manifests;

namespace OrleansDiffusion.Client;

/// <summary>Adds the client to a host.</summary>
public static class ClientHosting
{
    // Names of hosts are looked up again after that.
    private static readonly TimeSpan LongestConnection = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan GrainTypesRefresh = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Adds an <see cref="ISamplingClient"/> and an <see cref="IManifestClient"/>: of the gateway that the options name, or else of
    /// the cluster whose Orleans client is among the services (<c>UseOrleansClient</c>).
    /// </summary>
    /// <param name="services">The host's services.</param>
    /// <param name="configure">Sets options; they are checked at start.</param>
    public static IServiceCollection AddOrleansDiffusionClient(
        this IServiceCollection services, Action<SamplingClientOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.LearnNewSilosSoon();
        services.AddOptions<SamplingClientOptions>().Configure(options => configure?.Invoke(options)).ValidateOnStart();
        services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IValidateOptions<SamplingClientOptions>, SamplingClientOptionsValidator>());
        services.TryAddSingleton<GatewayHttp>();
        services.TryAddSingleton<ISamplingClient>(provider =>
        {
            var options = provider.GetRequiredService<IOptions<SamplingClientOptions>>().Value;
            var calls = SamplingCalls.Again(options, provider.GetService<TimeProvider>());
            return options.Gateway is null
                ? new ClusterSamplingClient(
                    provider.GetService<IGrainFactory>() ?? throw new InvalidOperationException(
                        $"{nameof(SamplingClientOptions)}.{nameof(options.Gateway)} must be set, or an Orleans client added"),
                    calls)
                : new HttpSamplingClient(provider.GetRequiredService<GatewayHttp>().Client, calls);
        });
        services.TryAddSingleton(provider => (IManifestClient)provider.GetRequiredService<ISamplingClient>());
        return services;
    }

    /// <summary>
    /// Has the Orleans client among the services learn within seconds which grains a new silo holds. Orleans asks once a minute:
    /// for that long, a client that was there before the first silo of time-nodes would not find it, however often it calls.
    /// </summary>
    /// <param name="services">The client's services; <see cref="AddOrleansDiffusionClient"/> does it by itself.</param>
    public static IServiceCollection LearnNewSilosSoon(this IServiceCollection services) =>
        services.Configure<TypeManagementOptions>(options => options.TypeMapRefreshInterval = GrainTypesRefresh);

    /// <summary>The connections to a gateway, which live as long as the host.</summary>
    /// <param name="options">Where it is.</param>
    internal sealed class GatewayHttp(IOptions<SamplingClientOptions> options) : IDisposable
    {
        public HttpClient Client { get; } = Open(options.Value);

        public void Dispose() => Client.Dispose();
    }

    /// <summary>Connections to a gateway, as an <see cref="HttpSamplingClient"/> needs them.</summary>
    /// <param name="options">Where the gateway is, and the key that it asks for.</param>
    /// <returns>The client, the caller's to dispose.</returns>
    public static HttpClient Open(SamplingClientOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var gateway = options.Gateway ?? throw new ArgumentException("names no gateway", nameof(options));
        var http = new HttpClient(new SocketsHttpHandler { PooledConnectionLifetime = LongestConnection })
        {
            BaseAddress = new Uri(gateway.AbsoluteUri.TrimEnd('/') + '/'),
            Timeout = Timeout.InfiniteTimeSpan, // every attempt has its own
        };
        if (options.ApiKey is { } key)
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        return http;
    }
}
