namespace OrleansDiffusion.Streaming;

/// <summary>One stream's part of a queue.</summary>
internal sealed class QueuedStream(StreamId id)
{
    public StreamId Id { get; } = id;

    /// <summary>In the order of their sequence.</summary>
    public LinkedList<QueuedItem> Items { get; } = new();

    public List<SweepCursor> Cursors { get; } = [];

    /// <summary>The first item that the agent was not told of.</summary>
    public long? Unread { get; set; }

    /// <summary>The first item that is not delivered.</summary>
    public long FirstHeld { get; set; }

    /// <summary>The first item at or after a place in the queue, null if there is none.</summary>
    public LinkedListNode<QueuedItem>? FirstFrom(long sequence)
    {
        // From the end, as all but the newest items have been delivered.
        LinkedListNode<QueuedItem>? first = null;
        for (var node = Items.Last; node is not null && node.Value.Sequence >= sequence; node = node.Previous)
            first = node;
        return first;
    }
}
