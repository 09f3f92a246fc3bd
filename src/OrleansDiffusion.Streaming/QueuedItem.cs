namespace OrleansDiffusion.Streaming;

/// <summary>An item in a queue.</summary>
internal sealed class QueuedItem(SweepItem item, QueuedStream stream, long sequence)
{
    public SweepItem Item { get; } = item;

    public QueuedStream Stream { get; } = stream;

    /// <summary>Its place in the queue.</summary>
    public long Sequence { get; } = sequence;

    /// <summary>Where it is among the delivered items; null while a consumer may still need it.</summary>
    public LinkedListNode<QueuedItem>? Delivered { get; set; }

    /// <summary>Timestamp of when it was.</summary>
    public long DeliveredAt { get; set; }
}
