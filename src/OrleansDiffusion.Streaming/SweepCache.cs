using Orleans.Streams;

namespace OrleansDiffusion.Streaming;

/// <summary>A pulling agent's view of its queue. It caches nothing: the queue keeps events until all consumers have them.</summary>
internal sealed class SweepCache(SweepQueue queue) : IQueueCache
{
    public int GetMaxAddCount() => QueueAdapterConstants.UNLIMITED_GET_QUEUE_MSG;

    public bool IsUnderPressure() => false;

    public void AddToCache(IList<IBatchContainer> messages)
    {
    }

    /// <summary>Called before every read, when the agent has done with the news of the last one.</summary>
    public bool TryPurgeFromCache(out IList<IBatchContainer> purgedItems)
    {
        queue.Settle();
        purgedItems = [];
        return false;
    }

    public IQueueCacheCursor GetCacheCursor(StreamId streamId, StreamSequenceToken? token) =>
        queue.OpenCursor(streamId, token?.SequenceNumber);
}
