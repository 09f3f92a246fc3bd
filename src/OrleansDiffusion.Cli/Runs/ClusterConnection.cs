using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using OrleansDiffusion.Silo;

namespace OrleansDiffusion.Cli.Runs;

/// <summary>This process as a client of a running cluster, found in its Redis.</summary>
internal sealed class ClusterConnection : IAsyncDisposable
{
    private static readonly TimeSpan LongestSearch = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    // A call by way of a silo that died is not answered, and is made again after that.
    private static readonly TimeSpan LongestCall = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan GatewayRefresh = TimeSpan.FromSeconds(2);

    private readonly IHost _host;

    private ClusterConnection(IHost host) => _host = host;

    /// <summary>The cluster's grains.</summary>
    public IGrainFactory Grains => _host.Services.GetRequiredService<IGrainFactory>();

    /// <summary>Connects to a cluster.</summary>
    /// <param name="redis">The Redis that keeps its membership.</param>
    /// <param name="cluster">Its name.</param>
    /// <param name="log">Sets where logs go; null for nowhere.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    /// <exception cref="IOException">No Redis or no silo of the cluster answers.</exception>
    public static async Task<ClusterConnection> Open(
        RedisAddress redis, string cluster, Action<ILoggingBuilder>? log, CancellationToken cancellationToken)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        ending.CancelAfter(LongestSearch);
        var host = HostOf(redis, cluster, log);
        try
        {
            await host.StartAsync(ending.Token).WaitAsync(ending.Token);
            return new ClusterConnection(host);
        }
        catch (Exception e)
        {
            host.Dispose();
            cancellationToken.ThrowIfCancellationRequested();

            // A search that took too long does not say what was missing.
            throw redis.FailureIn(e) ?? await redis.Failure()
                ?? (ending.IsCancellationRequested
                    ? new IOException($"no silo of cluster {cluster} answers that is in {redis}", e)
                    : new IOException($"cluster {cluster} in {redis} cannot be reached: {e.Message}", e));
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync(CancellationToken.None);
        _host.Dispose();
    }

    private static IHost HostOf(RedisAddress redis, string cluster, Action<ILoggingBuilder>? log)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        log?.Invoke(builder.Logging);
        builder.UseOrleansClient(client =>
        {
            client.UseRedisClustering(options => options.ConfigurationOptions = redis.Options());
            client.Configure<ClusterOptions>(options => (options.ClusterId, options.ServiceId) = (cluster, cluster));
            client.Configure<ClientMessagingOptions>(options => options.ResponseTimeout = LongestCall);
            client.Configure<GatewayOptions>(options => options.GatewayListRefreshPeriod = GatewayRefresh);
            client.UseConnectionRetryFilter(async (error, cancellationToken) =>
            {
                await Task.Delay(Pause, cancellationToken);
                return redis.FailureIn(error) is null;
            });
        });
        return builder.Build();
    }
}
