using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OrleansDiffusion.Contracts.Keys;
using OrleansDiffusion.Contracts.Sweeps;
using OrleansDiffusion.Grid;
using OrleansDiffusion.Grid.Supervision;

namespace OrleansDiffusion.Nodes.Slices;

/// <summary>
/// Has a silo's time-nodes leave with their iterates before the silo stops: supervisors are told until they have gone on
/// elsewhere. Where no other silo could take them nothing is waited for.
/// </summary>
internal sealed partial class Departure(
    HeldSlices held, ComputeSilos silos, ILocalSiloDetails silo, IGrainFactory grains,
    [FromKeyedServices(GridNames.Time)] TimeProvider time, ILogger<Departure> logger) : IHostedLifecycleService
{
    // Who evicts a machine gives 30 s at least; Orleans needs some to stop.
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(Longest, time);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        try
        {
            while (!held.TryClose() && silos.Find().Any(other => !other.Silo.Equals(silo.SiloAddress)))
            {
                await Task.WhenAll(held.Batches.Select(batch => Tell(batch, ended.Token)));
                await Task.Delay(Pause, time, ended.Token);
            }
        }
        catch (OperationCanceledException)
        {
            LogNotGone(held.Batches.Count);
        }
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task Tell(BatchKey batch, CancellationToken cancellationToken)
    {
        try
        {
            await grains.GetGrain<IBlockSupervisorGrain>(batch.ToString()).Leaving(silo.SiloAddress).WaitAsync(cancellationToken);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            LogNotTold(e, batch);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Batches} batches still have time-nodes here; they are lost")]
    private partial void LogNotGone(int batches);

    [LoggerMessage(Level = LogLevel.Information, Message = "The supervisor of batch {Batch} could not be told that this silo leaves")]
    private partial void LogNotTold(Exception e, BatchKey batch);
}
