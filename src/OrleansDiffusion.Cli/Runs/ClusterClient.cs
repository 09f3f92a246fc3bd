using Microsoft.Extensions.Hosting;
using Orleans.Configuration;
using OrleansDiffusion.Client;
using OrleansDiffusion.Silo;

namespace OrleansDiffusion.Cli.Runs;

/// <summary>A process as a client of a running cluster, found in its Redis.</summary>
internal static class ClusterClient
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    // A call by way of a silo that died is not answered, and is made again after that.
    private static readonly TimeSpan LongestCall = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan GatewayRefresh = TimeSpan.FromSeconds(2);

    /// <summary>Makes an Orleans client one of a cluster.</summary>
    /// <param name="client">The client.</param>
    /// <param name="redis">The Redis that keeps the cluster's membership.</param>
    /// <param name="cluster">The cluster's name.</param>
    public static IClientBuilder UseCluster(this IClientBuilder client, RedisAddress redis, string cluster)
    {
        client.UseRedisClustering(options => options.ConfigurationOptions = redis.Options());
        client.Configure<ClusterOptions>(options => (options.ClusterId, options.ServiceId) = (cluster, cluster));
        client.Configure<ClientMessagingOptions>(options => options.ResponseTimeout = LongestCall);
        client.Configure<GatewayOptions>(options => options.GatewayListRefreshPeriod = GatewayRefresh);
        client.Services.LearnNewSilosSoon();
        return client.UseConnectionRetryFilter(async (error, cancellationToken) =>
        {
            await Task.Delay(Pause, cancellationToken);
            return redis.FailureIn(error) is null;
        });
    }

    /// <summary>Starts what looks for a cluster, and gives it up after a time. A Redis that is not there is not waited for.</summary>
    /// <param name="redis">The Redis that keeps the cluster's membership.</param>
    /// <param name="cluster">The cluster's name.</param>
    /// <param name="longest">How long a silo of it is looked for.</param>
    /// <param name="start">Starts it.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    /// <exception cref="IOException">No Redis or no silo of the cluster answers.</exception>
    public static async Task<T> Search<T>(
        RedisAddress redis, string cluster, TimeSpan longest, Func<CancellationToken, Task<T>> start,
        CancellationToken cancellationToken)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        ending.CancelAfter(longest);
        try
        {
            return await start(ending.Token);
        }
        catch (Exception e) when (e is OrleansException or OperationCanceledException || redis.FailureIn(e) is not null)
        {
            cancellationToken.ThrowIfCancellationRequested();

            // A search that took too long does not say what was missing.
            throw redis.FailureIn(e) ?? await redis.Failure()
                ?? (ending.IsCancellationRequested
                    ? new IOException($"no silo of cluster {cluster} answers that is in {redis}", e)
                    : new IOException($"cluster {cluster} in {redis} cannot be reached: {e.Message}", e));
        }
    }
}
