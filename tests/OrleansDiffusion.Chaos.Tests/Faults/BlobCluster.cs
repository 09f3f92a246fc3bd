using OrleansDiffusion.Chaos.Tests.Cluster;
using OrleansDiffusion.Tests;

namespace OrleansDiffusion.Chaos.Tests.Faults;

/// <summary>
/// A second cluster, whose store is a blob service that can be disturbed, and whose time-nodes keep no iterates when a silo is
/// lost: to start another one for that takes longer than its row.
/// </summary>
public sealed class BlobCluster : IAsyncDisposable
{
    /// <param name="service">The blob service.</param>
    public BlobCluster(Azurite service)
    {
        Proxy = new BlobProxy(service.Address);
        Cluster = new FaultCluster(ClusterStore.Blobs(service, Proxy), restart: "cold");
    }

    internal BlobProxy Proxy { get; }

    internal FaultCluster Cluster { get; }

    public async ValueTask DisposeAsync()
    {
        await Cluster.DisposeAsync();
        await Proxy.DisposeAsync();
    }
}
