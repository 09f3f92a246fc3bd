namespace OrleansDiffusion.Streaming;

/// <summary>An item found no room within <see cref="SweepStreamOptions.PublishTimeout"/> and was not published.</summary>
/// <param name="stream">The stream.</param>
/// <param name="bytes">Size of the item.</param>
/// <param name="timeout">How long it waited.</param>
/// <param name="reason">What it waited for.</param>
[GenerateSerializer]
public sealed class SweepPublishTimeoutException(StreamId stream, long bytes, TimeSpan timeout, string reason)
    : TimeoutException($"an item of {bytes} bytes for stream {stream} was not published within {timeout}: {reason}")
{
    /// <summary>The stream.</summary>
    [Id(0)]
    public StreamId Stream { get; } = stream;

    /// <summary>Size of the item.</summary>
    [Id(1)]
    public long Bytes { get; } = bytes;
}
