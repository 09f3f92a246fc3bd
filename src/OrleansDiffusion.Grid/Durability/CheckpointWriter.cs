using System.Diagnostics;
using Microsoft.Extensions.Logging;
using OrleansDiffusion.Contracts.Keys;
using OrleansDiffusion.Storage.Checkpoints;
using OrleansDiffusion.Storage.Objects;

namespace OrleansDiffusion.Grid.Durability;

/// <summary>
/// Writes a batch's checkpoints beside its sweeps: one at a time, and the latest where several are due. To be used from
/// one scheduler.
/// </summary>
/// <param name="batch">The batch.</param>
/// <param name="lease">The right to write them.</param>
/// <param name="interval">The least time between two; infinite for none.</param>
/// <param name="time">The clock.</param>
/// <param name="fenced">Called when somebody else has claimed the batch.</param>
/// <param name="metrics">Told of what was written and what was not.</param>
/// <param name="logger">Told of checkpoints that could not be written; the next one makes up for them.</param>
internal sealed partial class CheckpointWriter(
    BatchKey batch, CheckpointLease lease, TimeSpan interval, TimeProvider time, Action fenced, GridMetrics metrics,
    ILogger logger)
{
    private Func<Checkpoint>? _due;
    private Task _writing = Task.CompletedTask;
    private long _last = time.GetTimestamp();

    /// <summary>Writes one at once.</summary>
    /// <exception cref="FencedException">Somebody else has claimed the batch.</exception>
    /// <exception cref="StoreException">The store did not take it.</exception>
    public async Task Save(Checkpoint checkpoint, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        try
        {
            var bytes = await lease.Save(checkpoint, cancellationToken);
            metrics.CheckpointWritten(Stopwatch.GetElapsedTime(started), bytes);
        }
        catch (StoreException)
        {
            metrics.CheckpointFailed();
            throw;
        }
    }

    /// <summary>A checkpoint is due; it is made when the one under way is written.</summary>
    public void Note(Func<Checkpoint> make, CancellationToken cancellationToken)
    {
        if (interval == Timeout.InfiniteTimeSpan || time.GetElapsedTime(_last) < interval)
            return;
        (_due, _last) = (make, time.GetTimestamp());
        if (_writing.IsCompleted)
            _writing = WriteAll(cancellationToken);
    }

    /// <summary>Waits for the one under way; no other is begun.</summary>
    public Task Finish()
    {
        _due = null;
        return _writing;
    }

    private async Task WriteAll(CancellationToken cancellationToken)
    {
        while (_due is { } make && !cancellationToken.IsCancellationRequested)
        {
            _due = null;
            try
            {
                // It is laid out and hashed beside the sweeps, too.
                var checkpoint = make();
                await Task.Run(() => Save(checkpoint, cancellationToken), cancellationToken);
            }
            catch (FencedException)
            {
                LogFenced(batch);
                fenced();
                return;
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (StoreException e)
            {
                LogNotWritten(e, batch);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Batch {Batch} is led by another supervisor; this one ends")]
    private partial void LogFenced(BatchKey batch);

    [LoggerMessage(Level = LogLevel.Warning, Message = "A checkpoint of batch {Batch} could not be written; the batch goes on")]
    private partial void LogNotWritten(Exception e, BatchKey batch);
}
