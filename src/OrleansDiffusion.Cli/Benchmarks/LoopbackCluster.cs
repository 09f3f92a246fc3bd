using System.Net;
using OrleansDiffusion.Silo;

namespace OrleansDiffusion.Cli.Benchmarks;

/// <summary>A control silo in this process, and compute silos as processes of their own.</summary>
internal sealed class LoopbackCluster : IAsyncDisposable
{
    private readonly List<SiloProcess> _compute = [];
    private RunningSilo? _control;

    /// <summary>The cluster's grains.</summary>
    public IGrainFactory Grains => _control!.Grains;

    /// <summary>Where other silos reach the control silo.</summary>
    public IPEndPoint Control => _control!.Address;

    /// <summary>Starts a cluster, all of whose silos are known to the control silo.</summary>
    /// <param name="silos">Compute silos.</param>
    /// <param name="exchange">What carries the sweeps.</param>
    /// <param name="devices">The devices of each.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    public static async Task<LoopbackCluster> Start(
        int silos, ExchangeKind exchange, string devices, CancellationToken cancellationToken)
    {
        var ports = LoopbackPorts.Free(2 * (silos + 1));
        var name = $"odiff-bench-{Guid.NewGuid():N}";
        var cluster = new LoopbackCluster();
        try
        {
            cluster._control = await RunningSilo.Start(
                new SiloSettings
                {
                    Role = SiloRole.Control,
                    SiloPort = ports[0],
                    GatewayPort = ports[1],
                    ClusterId = name,
                    Exchange = exchange,
                },
                cancellationToken: cancellationToken);
            for (var i = 1; i <= silos; i++)
            {
                cluster._compute.Add(await SiloProcess.Start(
                    (ports[2 * i], ports[(2 * i) + 1]), ports[0], name, exchange, devices, cancellationToken));
            }

            await cluster._control.WhenKnown(silos, cancellationToken);
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        // The silos that are cut off first are not waited for.
        foreach (var silo in _compute)
            await silo.DisposeAsync();
        if (_control is not null)
            await _control.DisposeAsync();
    }
}
