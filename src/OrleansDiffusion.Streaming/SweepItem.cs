namespace OrleansDiffusion.Streaming;

/// <summary>What one call published: queued, counted and delivered as a whole.</summary>
/// <param name="stream">Its stream.</param>
/// <param name="events">Its events, in order.</param>
/// <param name="bytes">What it counts as in the queue's bound.</param>
[GenerateSerializer]
[Immutable]
internal sealed class SweepItem(StreamId stream, object[] events, long bytes)
{
    [Id(0)]
    public StreamId Stream { get; } = stream;

    [Id(1)]
    public object[] Events { get; } = events;

    [Id(2)]
    public long Bytes { get; } = bytes;
}
