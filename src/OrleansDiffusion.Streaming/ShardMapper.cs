using Orleans.Configuration;
using Orleans.Streams;

namespace OrleansDiffusion.Streaming;

/// <summary>Streams to queues by their shard; queues to silos by Orleans' ring.</summary>
internal sealed class ShardMapper : IConsistentRingStreamQueueMapper
{
    private readonly HashRingBasedStreamQueueMapper _ring;
    private readonly QueueId[] _queues;
    private readonly Func<StreamId, uint> _shardOf;

    public ShardMapper(string provider, SweepStreamOptions options)
    {
        _ring = new HashRingBasedStreamQueueMapper(
            new HashRingStreamQueueMapperOptions { TotalQueueCount = options.Queues }, provider);
        _queues = [.. _ring.GetAllQueues().OrderBy(queue => queue.GetNumericId())];
        _shardOf = options.ShardOf;
    }

    public IEnumerable<QueueId> GetAllQueues() => _queues;

    public IEnumerable<QueueId> GetQueuesForRange(IRingRange range) => _ring.GetQueuesForRange(range);

    public QueueId GetQueueForStream(StreamId streamId) => _queues[_shardOf(streamId) % (uint)_queues.Length];
}
