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
/// <param name="fenced">Called when somebody else has claimed the batch.</param>
/// <param name="logger">Told of checkpoints that could not be written; the next one makes up for them.</param>
internal sealed partial class CheckpointWriter(BatchKey batch, CheckpointLease lease, Action fenced, ILogger logger)
{
    private Func<Checkpoint>? _due;
    private Task _writing = Task.CompletedTask;

    /// <summary>A checkpoint is due; it is made when the one under way is written.</summary>
    public void Note(Func<Checkpoint> make, CancellationToken cancellationToken)
    {
        _due = make;
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
                await lease.Save(make(), cancellationToken);
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
