using Orleans.Streams;

namespace OrleansDiffusion.Streaming;

/// <summary>How far a consumer is in its stream. Used by the pulling agent alone, guarded by the queue.</summary>
internal sealed class SweepCursor(SweepQueue queue, StreamId stream, long start) : IQueueCacheCursor
{
    private SweepBatch? _current;

    public StreamId Stream { get; } = stream;

    /// <summary>First item that the consumer may not have; it is kept.</summary>
    public long Held { get; set; } = start;

    /// <summary>First item that was not given to the consumer yet.</summary>
    public long Next { get; set; } = start;

    /// <summary>Takes all that is queued for the stream by now, as one delivery; what was taken before is done with.</summary>
    public bool MoveNext()
    {
        _current = queue.Advance(this);
        return _current is not null;
    }

    public IBatchContainer? GetCurrent(out Exception? exception)
    {
        exception = null;
        return _current;
    }

    // A cursor always knows where it stands.
    public void Refresh(StreamSequenceToken token)
    {
    }

    // The agent has tried for as long as it may; the next move leaves the batch behind.
    public void RecordDeliveryFailure()
    {
    }

    public void Dispose() => queue.Close(this);
}
