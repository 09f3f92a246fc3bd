using Microsoft.Extensions.Logging;
using Orleans.Streams;

namespace OrleansDiffusion.Streaming;

/// <summary>Publishes: straight into a queue of this silo where it has one, else by one call to the grain of another's.</summary>
internal sealed class SweepAdapter : IQueueAdapter
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(1);    // of one call for room
    private static readonly TimeSpan MovePause = TimeSpan.FromMilliseconds(10);

    private readonly SiloQueues _queues;
    private readonly ISweepQueueGrain[] _grains;    // by their number
    private readonly SiloAddress _silo;
    private readonly ILogger _log;

    public SweepAdapter(
        string provider,
        SiloQueues queues,
        IGrainFactory grains,
        ILocalSiloDetails silo,
        ILoggerFactory logs)
    {
        Name = provider;
        _queues = queues;
        _grains = [.. Enumerable.Range(0, queues.Options.Queues).Select(number =>
            grains.GetGrain<ISweepQueueGrain>(SweepQueueGrain.KeyOf(provider, (uint)number)))];
        _silo = silo.SiloAddress;
        _log = logs.CreateLogger<SweepReceiver>();
    }

    public string Name { get; }

    public bool IsRewindable => false;

    public StreamProviderDirection Direction => StreamProviderDirection.ReadWrite;

    public IQueueAdapterReceiver CreateReceiver(QueueId queueId)
    {
        var number = queueId.GetNumericId();
        return new SweepReceiver(queueId, _queues[number], _grains[number], _silo, _queues.Time, _log);
    }

    /// <exception cref="SweepItemTooLargeException">The events together are larger than the option allows.</exception>
    /// <exception cref="SweepPublishTimeoutException">There was no room in time.</exception>
    public Task QueueMessageBatchAsync<T>(
        StreamId streamId,
        IEnumerable<T> events,
        StreamSequenceToken? token,
        Dictionary<string, object>? requestContext)
    {
        if (token is not null)
            return Task.FromException(new NotSupportedException("a sweep stream numbers its events itself"));
        object[] array = [.. events.Cast<object>()];
        if (array.Length == 0)
            return Task.CompletedTask;
        var bytes = array.Sum(_queues.Options.SizeOf);
        if (bytes > _queues.Options.MaxItemBytes)
            return Task.FromException(new SweepItemTooLargeException(bytes, _queues.Options.MaxItemBytes));

        var item = new SweepItem(streamId, array, bytes);
        var number = _queues.NumberFor(streamId);
        return _queues[number] is { IsRead: true } queue && queue.TryEnqueue(item) == PublishOutcome.Accepted
            ? Task.CompletedTask
            : PublishAsync(item, _queues[number], _grains[number]);
    }

    private async Task PublishAsync(SweepItem item, SweepQueue queue, ISweepQueueGrain grain)
    {
        var timeout = _queues.Options.PublishTimeout;
        var begun = _queues.Time.GetTimestamp();
        while (true)
        {
            var outcome = queue.IsRead ? queue.TryEnqueue(item) : await grain.Enqueue(item);
            if (outcome == PublishOutcome.Accepted)
                return;
            var left = timeout - _queues.Time.GetElapsedTime(begun);
            if (left <= TimeSpan.Zero)
                throw new SweepPublishTimeoutException(item.Stream, item.Bytes, timeout, Reason(outcome));
            if (outcome == PublishOutcome.Moving)
                await Task.Delay(MovePause, _queues.Time);
            else if (queue.IsRead)
                await queue.WhenRoom(item.Bytes, Shorter(left, LongestWait));
            else
                await grain.WhenRoom(item.Bytes, Shorter(left, LongestWait));
        }
    }

    private string Reason(PublishOutcome outcome) => outcome == PublishOutcome.Full
        ? $"consumers left no room in the queue's {_queues.Options.QueueBytes} bytes"
        : "its queue is moving to another silo";

    private static TimeSpan Shorter(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
