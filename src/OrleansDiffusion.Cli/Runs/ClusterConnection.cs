using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OrleansDiffusion.Silo;

namespace OrleansDiffusion.Cli.Runs;

/// <summary>This process as a client of a running cluster.</summary>
internal sealed class ClusterConnection : IAsyncDisposable
{
    private static readonly TimeSpan LongestSearch = TimeSpan.FromSeconds(20);

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
    public static Task<ClusterConnection> Open(
        RedisAddress redis, string cluster, Action<ILoggingBuilder>? log, CancellationToken cancellationToken) =>
        ClusterClient.Search(redis, cluster, LongestSearch, token => Connect(redis, cluster, log, token), cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync(CancellationToken.None);
        _host.Dispose();
    }

    private static async Task<ClusterConnection> Connect(
        RedisAddress redis, string cluster, Action<ILoggingBuilder>? log, CancellationToken cancellationToken)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        log?.Invoke(builder.Logging);
        builder.UseOrleansClient(client => client.UseCluster(redis, cluster));
        var host = builder.Build();
        try
        {
            await host.StartAsync(cancellationToken).WaitAsync(cancellationToken);
            return new ClusterConnection(host);
        }
        catch
        {
            host.Dispose();
            throw;
        }
    }
}
