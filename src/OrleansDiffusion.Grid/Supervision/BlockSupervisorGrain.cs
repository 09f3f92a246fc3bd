using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OrleansDiffusion.Contracts.Batches;
using OrleansDiffusion.Contracts.Jobs;
using OrleansDiffusion.Contracts.Keys;
using OrleansDiffusion.Contracts.Sweeps;
using OrleansDiffusion.Grid.Admission;
using OrleansDiffusion.Grid.Durability;
using OrleansDiffusion.Grid.Exchange;
using OrleansDiffusion.Storage.Checkpoints;
using OrleansDiffusion.Storage.Objects;
using Orleans.Concurrency;
using Orleans.Streams;
using Orleans.Streams.Core;

namespace OrleansDiffusion.Grid.Supervision;

/// <summary>Walks one batch along the time axis, when it is its turn, block by block, and tells the job what came of it.</summary>
[GrainType(GridNames.SupervisorType), ImplicitStreamSubscription(SupervisorStreams.Namespace, SupervisorStreams.Name), Reentrant]
internal sealed partial class BlockSupervisorGrain(
    ISweepExchange exchange, ComputeSilos silos, CheckpointStore checkpoints, WalkedBatches walked, IOptions<GridOptions> options,
    [FromKeyedServices(GridNames.Time)] TimeProvider time, GridMetrics metrics, ILogger<BlockSupervisorGrain> logger)
    : Grain, IBlockSupervisorGrain, IStreamSubscriptionObserver, IDisposable
{
    // A message holds 100 MB at most.
    private const int BytesAMessage = 16 << 20;

    private const int MostAttempts = 100;

    private const ConfigureAwaitOptions Quietly =
        ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext;

    // Who watches hears of the last sweeps before they are forgotten.
    private static readonly TimeSpan LongestMemory = TimeSpan.FromSeconds(10);

    private readonly CancellationTokenSource _cancelled = new();
    private bool _isStarted;
    private bool _isLeft; // another supervisor will go on
    private bool _isTold; // that it is done; no other supervisor comes
    private BatchTurn? _turn;
    private BatchRun? _run;
    private SweepHistory? _history;
    private Task _walk = Task.CompletedTask;
    private Task _told = Task.CompletedTask;

    public Task Start(BatchAssignment batch)
    {
        if (_isStarted)
            return Task.CompletedTask;
        _isStarted = true;
        DelayDeactivation(Timeout.InfiniteTimeSpan); // until the walk is over
        _walk = Walk(batch);
        return Task.CompletedTask;
    }

    public Task Admit()
    {
        _turn?.Tell();
        return Task.CompletedTask;
    }

    public Task Receive(SweepMessage message)
    {
        _run?.Receive(message);
        return Task.CompletedTask;
    }

    public Task OnSubscribed(IStreamSubscriptionHandleFactory handleFactory) =>
        handleFactory.Create<SweepMessage>().ResumeAsync((message, _) => Receive(message));

    public Task Leaving(SiloAddress silo)
    {
        _run?.Leave(silo);
        return Task.CompletedTask;
    }

    public Task<SweepPage?> SweepsSince(SweepPosition? after) => Task.FromResult(_history?.Since(after));

    public Task<BatchPreview?> Preview(int most)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(most);
        return Task.FromResult(_run?.Preview(most, BytesAMessage));
    }

    public async Task Cancel()
    {
        await _cancelled.CancelAsync();
        await _walk;
    }

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        _isLeft = !_walk.IsCompleted;
        await _cancelled.CancelAsync();
        if (_isTold)
            await _walk.WaitAsync(cancellationToken).ConfigureAwait(Quietly);
    }

    /// <inheritdoc/>
    public void Dispose() => _cancelled.Dispose();

    private async Task Walk(BatchAssignment batch)
    {
        var job = GrainFactory.GetGrain<IBatchOwner>(batch.Key.JobId);
        var token = _cancelled.Token;
        var trace = new BatchTrace(batch);
        using var turn = _turn = new BatchTurn(
            new BatchBid(batch.Key, batch.Request.Priority, batch.Request.Submitter ?? ""),
            GrainFactory.GetGrain<IBatchQueueGrain>(0), walked, time, logger);
        try
        {
            await Turn(turn, job, batch.Key.Batch, token);
            var hash = JobHash.Of(batch);
            var lease = await checkpoints.Claim(batch.Key.ToString(), hash, token);
            var run = _run = new BatchRun(
                batch, lease.Last, GrainFactory, exchange, silos, options.Value, time, metrics, trace, logger);
            _history = run.History;
            var writer = new CheckpointWriter(
                batch.Key, lease, options.Value.CheckpointInterval, time, _cancelled.Cancel, metrics, logger);
            await writer.Save(run.Checkpoint(hash), token); // who comes after it opens other epochs
            await run.Run(
                () => Tell(job, batch.Key.Batch, run), () => writer.Note(() => run.Checkpoint(hash), token), token);
            await writer.Finish();
            token.ThrowIfCancellationRequested();
            await TellLast(job, batch.Key.Batch, run);
            await Insist(() => Deliver(job, batch, run), batch.Key, token);
            trace.End(run.Report(), error: null); // before the job's
            await Insist(() => job.Done(batch.Key.Batch, run.Report()), batch.Key, token);
            run.History.End();
            _isTold = true;
            await lease.Remove(CancellationToken.None); // nobody would do it later
        }
        catch (OperationCanceledException) when (token.IsCancellationRequested)
        {
            trace.End(_run?.Report(), _isLeft ? "left to another supervisor" : "cancelled");
            LogCancelled(batch.Key);
        }
        catch (FencedException e)
        {
            trace.End(_run?.Report(), e.Message);
            LogFenced(batch.Key);
        }
        catch (StoreException e) when (e.MayPass)
        {
            trace.End(_run?.Report(), e.Message);
            LogStoreAway(e, batch.Key); // the job has it started again
        }
        catch (Exception e)
        {
            var error = e.Message.ReplaceLineEndings(" ");
            trace.End(_run?.Report(), error);
            LogFailed(e, batch.Key);
            await job.Failed(batch.Key.Batch, error);
        }
        finally
        {
            await LetGo(turn);
        }
    }

    // That the job cannot be told is no reason not to go on.
    private static async Task Turn(BatchTurn turn, IBatchOwner job, int batch, CancellationToken cancellationToken)
    {
        await turn.Wait(place => job.Queued(batch, place), cancellationToken);
        await job.Queued(batch, place: null).ConfigureAwait(Quietly);
        cancellationToken.ThrowIfCancellationRequested();
    }

    // The samples are all there; that the job cannot take them for a while is no reason to lose them, nor is it that its store
    // cannot, for however long.
    private async Task Insist(Func<Task> tell, BatchKey batch, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await tell();
                return;
            }
            catch (Exception e) when ((e is IOException || attempt < MostAttempts) && !cancellationToken.IsCancellationRequested)
            {
                LogNotTaken(e, batch);
                await Task.Delay(TimeSpan.FromSeconds(1), time, cancellationToken);
            }
        }
    }

    // Progress overtakes itself rather than hold a sweep up.
    private void Tell(IBatchOwner job, int batch, BatchRun run)
    {
        if (_told.IsCompleted)
            _told = job.Progressed(batch, run.Progress());
    }

    // The last sweep's is overtaken by nothing. As before it does not matter if the job cannot be told.
    private async Task TellLast(IBatchOwner job, int batch, BatchRun run)
    {
        await _told.ConfigureAwait(Quietly);
        await job.Progressed(batch, run.Progress()).ConfigureAwait(Quietly);
    }

    private static async Task Deliver(IBatchOwner job, BatchAssignment batch, BatchRun run)
    {
        var bytesOfSample = batch.Outline.Elements * sizeof(float);
        var atOnce = Math.Max(1, BytesAMessage / bytesOfSample);
        for (var first = 0; first < batch.Samples; first += atOnce)
        {
            var values = new byte[Math.Min(atOnce, batch.Samples - first) * bytesOfSample];
            for (var n = 0; n * bytesOfSample < values.Length; n++)
            {
                var place = values.AsSpan(n * bytesOfSample, bytesOfSample);
                if (run.Values(first + n) is { } x)
                    x.Span.CopyTo(place);
                else
                    System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(place).Fill(float.NaN);
            }

            await job.Deliver(batch.Key.Batch, new SampleValues(batch.FirstSample + first, values));
        }
    }

    private async Task LetGo(BatchTurn turn)
    {
        if (!_isLeft)
            turn.End();
        try
        {
            if (_run is not null && !_isLeft)
                await _run.Close();
        }
        catch (Exception e)
        {
            // What cannot be reached has let go already, or will when it idles.
            LogNotClosed(e);
        }

        _run = null;
        if (_history is { IsOver: true, WasAsked: true })
            this.RegisterGrainTimer(Leave, new GrainTimerCreationOptions(LongestMemory, Timeout.InfiniteTimeSpan));
        else
            DeactivateOnIdle();
    }

    private Task Leave(CancellationToken cancellationToken)
    {
        DeactivateOnIdle();
        return Task.CompletedTask;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Batch {Batch} is cancelled")]
    private partial void LogCancelled(BatchKey batch);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Batch {Batch} is led by another supervisor; this one has not begun")]
    private partial void LogFenced(BatchKey batch);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Batch {Batch} waits for the store of its checkpoints")]
    private partial void LogStoreAway(Exception e, BatchKey batch);

    [LoggerMessage(Level = LogLevel.Error, Message = "Batch {Batch} failed")]
    private partial void LogFailed(Exception e, BatchKey batch);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The samples of batch {Batch} could not be handed to the job yet")]
    private partial void LogNotTaken(Exception e, BatchKey batch);

    [LoggerMessage(Level = LogLevel.Debug, Message = "A slice could not be closed")]
    private partial void LogNotClosed(Exception e);
}
