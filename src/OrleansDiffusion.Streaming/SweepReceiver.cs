using Microsoft.Extensions.Logging;
using Orleans.Streams;

namespace OrleansDiffusion.Streaming;

/// <summary>
/// A pulling agent's end of a queue. It waits for news inside the agent's loop, so that the loop need not poll, and
/// keeps the queue's grain on the agent's silo.
/// </summary>
internal sealed partial class SweepReceiver(
    QueueId queueId, SweepQueue queue, ISweepQueueGrain grain, SiloAddress silo, TimeProvider time, ILogger log)
    : IQueueAdapterReceiver
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan CheckPeriod = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan MovePause = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan FailurePause = TimeSpan.FromMilliseconds(200);

    private bool _hasQueue;
    private long _checked;
    private Task _check = Task.CompletedTask;

    // Nothing that could fail once and for all: the queue is taken over by the first call for messages.
    public Task Initialize(TimeSpan timeout) => Task.CompletedTask;

    public Task<IList<IBatchContainer>> GetQueueMessagesAsync(int maxCount) =>
        GetQueueMessagesAsync(maxCount, CancellationToken.None);

    /// <returns>One container without events for each stream that has news; cursors take the events themselves.</returns>
    public async Task<IList<IBatchContainer>> GetQueueMessagesAsync(int maxCount, CancellationToken cancellationToken)
    {
        if (_hasQueue && !queue.IsReadBy(this))
        {
            // Another silo's agent took the queue; this one will be told to stop. Only if it is not, it asks again.
            _hasQueue = false;
            await Wait(LongestWait, cancellationToken);
            return [];
        }

        if (!_hasQueue)
            await TryTakeOver(cancellationToken);
        else if (_check.IsCompleted && time.GetElapsedTime(_checked) > CheckPeriod)
            _check = TryTakeOver(cancellationToken);    // a grain lost from the directory may be activated elsewhere
        return _hasQueue ? await queue.ReadAsync(LongestWait, cancellationToken) : [];
    }

    public Task MessagesDeliveredAsync(IList<IBatchContainer> messages) => Task.CompletedTask;

    public Task Shutdown(TimeSpan timeout)
    {
        queue.Detach(this);
        return Task.CompletedTask;
    }

    private async Task TryTakeOver(CancellationToken cancellationToken)
    {
        try
        {
            await TakeOver(cancellationToken);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            LogTakeOverFailed(exception, queueId);
            await Wait(FailurePause, cancellationToken);
        }
    }

    private async Task TakeOver(CancellationToken cancellationToken)
    {
        var moved = 0;
        while (!cancellationToken.IsCancellationRequested)
        {
            var handover = await grain.TakeOver(silo);
            queue.Append(handover.Items);
            moved += handover.Items.Length;
            if (handover.IsHere)
            {
                if (!cancellationToken.IsCancellationRequested)
                    Attach(moved);
                return;
            }

            if (handover.Items.Length == 0)
                await Wait(MovePause, cancellationToken);
        }
    }

    private void Attach(int moved)
    {
        queue.Attach(this);
        if (!_hasQueue)
            LogTakenOver(queueId, silo, moved);
        _hasQueue = true;
        _checked = time.GetTimestamp();
    }

    private async Task Wait(TimeSpan pause, CancellationToken cancellationToken) =>
        await Task.Delay(pause, time, cancellationToken)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);

    [LoggerMessage(Level = LogLevel.Information, Message = "Queue {QueueId} is read on {Silo}; {Moved} items came along.")]
    private partial void LogTakenOver(QueueId queueId, SiloAddress silo, int moved);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Queue {QueueId} could not be taken over yet.")]
    private partial void LogTakeOverFailed(Exception exception, QueueId queueId);
}
