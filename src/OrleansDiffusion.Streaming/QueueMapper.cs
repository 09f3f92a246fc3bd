using Orleans.Streams;

namespace OrleansDiffusion.Streaming;

/// <summary>The queues of a provider, and which of them is a stream's where a silo has none of its own.</summary>
internal sealed class QueueMapper(string provider, SweepStreamOptions options) : IStreamQueueMapper
{
    private readonly QueueId[] _queues =
        [.. Enumerable.Range(0, options.Queues).Select(number => QueueId.GetQueueId(provider, (uint)number, (uint)number))];

    public IEnumerable<QueueId> GetAllQueues() => _queues;

    public QueueId GetQueueForStream(StreamId streamId) => _queues[NumberOf(streamId, options.Queues)];

    /// <summary>By a hash that is the same in every process.</summary>
    public static uint NumberOf(StreamId stream, int queues) => unchecked((uint)stream.GetHashCode()) % (uint)queues;
}
