using Microsoft.Extensions.Logging;
using OrleansDiffusion.Contracts.Keys;

namespace OrleansDiffusion.Grid.Admission;

/// <summary>
/// A batch's place in the queue, and then its right to be walked, which is kept for as long as that takes: whatever becomes of
/// the queue, a batch that is walked goes on.
/// </summary>
/// <param name="bid">The batch.</param>
/// <param name="queue">The queue.</param>
/// <param name="walked">Where it is noted while it is walked.</param>
/// <param name="time">The time.</param>
/// <param name="logger">Told when the queue cannot be reached.</param>
internal sealed partial class BatchTurn(
    BatchBid bid, IBatchQueueGrain queue, WalkedBatches walked, TimeProvider time, ILogger logger) : IDisposable
{
    /// <summary>Who is not heard of for that long is forgotten by the queue.</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(15);

    // Who waits is told when it is its turn; it asks again in case the queue was lost.
    private static readonly TimeSpan AskPeriod = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan RenewPeriod = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestCall = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _ended = new();
    private TaskCompletionSource _told = Signal();

    /// <summary>It may be its turn.</summary>
    public void Tell() => _told.TrySetResult();

    /// <summary>Waits for its turn.</summary>
    /// <param name="queued">Told how many are before it.</param>
    /// <param name="cancellationToken">Gives it up.</param>
    public async Task Wait(Func<int, Task> queued, CancellationToken cancellationToken)
    {
        while (true)
        {
            _told = Signal();
            try
            {
                if (await queue.Ask(bid).WaitAsync(LongestCall, cancellationToken) is not { } place)
                    break;
                await queued(place);
                await _told.Task.WaitAsync(AskPeriod, time, cancellationToken)
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                LogNoQueue(e, bid.Key);
                await Task.Delay(Pause, time, cancellationToken);
            }

            cancellationToken.ThrowIfCancellationRequested();
        }

        walked.Add(bid.Key);
        Renew(_ended.Token).Ignore();
    }

    /// <summary>Gives it back. That the queue is told matters little: it forgets whom it does not hear of.</summary>
    public void End()
    {
        Stop();
        queue.Leave(bid.Key).Ignore();
    }

    /// <summary>Says nothing more; it is kept for a while, for who goes on with the batch.</summary>
    public void Dispose()
    {
        Stop();
        _ended.Dispose();
    }

    private void Stop()
    {
        _ended.Cancel();
        walked.Remove(bid.Key);
    }

    private async Task Renew(CancellationToken cancellationToken)
    {
        while (true)
        {
            await Task.Delay(RenewPeriod, time, cancellationToken);
            queue.Renew(bid.Key).Ignore();
        }
    }

    private static TaskCompletionSource Signal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Batch {Batch} does not reach the queue; it asks again")]
    private partial void LogNoQueue(Exception e, BatchKey batch);
}
