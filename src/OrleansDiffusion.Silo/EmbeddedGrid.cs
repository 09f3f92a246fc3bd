using System.Net;
using Microsoft.Extensions.Logging;

namespace OrleansDiffusion.Silo;

/// <summary>A cluster of silos within this process, for a program that has no other.</summary>
public sealed class EmbeddedGrid : IAsyncDisposable
{
    // What holds a process up holds all of its silos up, and none of them hangs alone.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly List<RunningSilo> _silos = [];

    private EmbeddedGrid()
    {
    }

    /// <summary>The grains of the cluster.</summary>
    public IGrainFactory Grains => _silos[0].Grains;

    /// <summary>Starts a cluster, all of whose silos know one another.</summary>
    /// <param name="silos">How many silos, positive.</param>
    /// <param name="configure">Sets how each is run; ports and cluster are given. Null for the usual.</param>
    /// <param name="log">Sets where logs go; null for nowhere.</param>
    /// <param name="cancellationToken">Ends the start, when the silo under way has started.</param>
    /// <exception cref="Sampling.InvalidOptionException">A setting is out of its range.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static async Task<EmbeddedGrid> Start(
        int silos, Func<SiloSettings, SiloSettings>? configure = null, Action<ILoggingBuilder>? log = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(silos);
        var cluster = $"odiff-{Guid.NewGuid():N}";
        var ports = LoopbackPorts.Free(2 * silos);
        var grid = new EmbeddedGrid();
        try
        {
            // One after the other: silos that join at the same time wait seconds for their turn at the membership.
            for (var i = 0; i < silos; i++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var settings = new SiloSettings
                {
                    SiloPort = ports[2 * i],
                    GatewayPort = ports[(2 * i) + 1],
                    Primary = i == 0 ? null : new IPEndPoint(IPAddress.Loopback, ports[0]),
                    ClusterId = cluster,
                };

                // Not cut off: a silo that has joined halfway would hold the others up when they leave.
                grid._silos.Add(await RunningSilo.Start(
                    Patient(configure?.Invoke(settings) ?? settings), log, CancellationToken.None));
            }

            var compute = grid._silos.Count(silo => silo.Role != SiloRole.Control);
            await Task.WhenAll(grid._silos.Select(silo => silo.WhenKnown(compute, cancellationToken)));
            return grid;
        }
        catch
        {
            await grid.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        // The first silo keeps the membership, so it goes last.
        foreach (var silo in Enumerable.Reverse(_silos))
            await silo.DisposeAsync();
        _silos.Clear();
    }

    private static SiloSettings Patient(SiloSettings settings) => settings with
    {
        Grid = options =>
        {
            (options.SweepPatience, options.StallInterval, options.PingTimeout) = (Patience, Patience, Patience);
            settings.Grid?.Invoke(options);
        },
    };
}
