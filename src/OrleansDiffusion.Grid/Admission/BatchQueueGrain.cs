using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OrleansDiffusion.Contracts.Keys;
using OrleansDiffusion.Contracts.Sweeps;
using OrleansDiffusion.Grid.Jobs;
using OrleansDiffusion.Grid.Supervision;

namespace OrleansDiffusion.Grid.Admission;

/// <summary>
/// Holds the queue. One that takes the place of another, lost with its silo, asks the silos which batches they walk; those that
/// wait ask again.
/// </summary>
[GrainType("odiff.batch-queue")]
internal sealed partial class BatchQueueGrain(
    ComputeSilos silos, JobSilos jobSilos, IOptions<GridOptions> options,
    [FromKeyedServices(GridNames.Time)] TimeProvider time, GridMetrics metrics, ILogger<BatchQueueGrain> logger) : Grain, IBatchQueueGrain
{
    // Small batches are evaluated together, which an accelerator does in little more time than one.
    private const int BatchesOfDevice = 8;

    private static readonly TimeSpan ExpirePeriod = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestAnswer = TimeSpan.FromSeconds(2);

    private readonly BatchQueue _queue = new(options.Value.Ageing, BatchTurn.Lease, time);

    private int AtOnce => options.Value.BatchesAtOnce ?? (BatchesOfDevice * Math.Max(1, silos.Find().Sum(silo => silo.Devices)));

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        foreach (var batch in (await jobSilos.Ask(silo => silo.Walked(), LongestAnswer)).SelectMany(walked => walked))
            _queue.Walk(batch);
        this.RegisterGrainTimer(
            _ =>
            {
                Expire();
                return Task.CompletedTask;
            },
            new GrainTimerCreationOptions(ExpirePeriod, ExpirePeriod));
    }

    // Another silo's may be next.
    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        metrics.Queued(walked: 0, queued: 0);
        return Task.CompletedTask;
    }

    public Task<bool> Reserve(BatchKey batch) => Task.FromResult(_queue.Reserve(batch, options.Value.MostQueued));

    public Task<int?> Ask(BatchBid bid)
    {
        _queue.Ask(bid);
        Admit(except: bid.Key);
        return Task.FromResult(_queue.Place(bid.Key));
    }

    public Task Renew(BatchKey batch)
    {
        _queue.Walk(batch);
        return Task.CompletedTask;
    }

    public Task Leave(BatchKey batch)
    {
        _queue.Leave(batch);
        Admit(except: null);
        return Task.CompletedTask;
    }

    private void Expire()
    {
        foreach (var batch in _queue.Expire())
            LogLost(batch);
        Admit(except: null);
        metrics.Queued(_queue.Walked, _queue.Length);
    }

    // Who is not told, as its message was lost, asks again.
    private void Admit(BatchKey? except)
    {
        foreach (var batch in _queue.Take(AtOnce))
        {
            if (batch != except)
                GrainFactory.GetGrain<IBlockSupervisorGrain>(batch.ToString()).Admit().Ignore();
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Batch {Batch} is not heard of any more; others have its turn")]
    private partial void LogLost(BatchKey batch);
}
