using OrleansDiffusion.Chaos.Tests.Cluster;
using OrleansDiffusion.Tests;

namespace OrleansDiffusion.Chaos.Tests.Faults;

/// <summary>A cluster whose store is a blob service that can be disturbed.</summary>
public sealed class BlobCluster(Azurite service) : IAsyncLifetime
{
    private readonly BlobProxy _proxy = new(service.Address);
    private FaultCluster? _cluster;

    internal BlobProxy Proxy => _proxy;

    internal FaultCluster Cluster => _cluster!;

    public async ValueTask InitializeAsync()
    {
        _cluster = new FaultCluster(ClusterStore.Blobs(service, _proxy));
        await _cluster.Heal(FaultMatrix.ControlSilos, FaultMatrix.ComputeSilos);
    }

    public async ValueTask DisposeAsync()
    {
        if (_cluster is not null)
            await _cluster.DisposeAsync();
        await _proxy.DisposeAsync();
    }
}
