namespace OrleansDiffusion.Streaming;

/// <summary>
/// An event that knows its size, so that a queue can be bounded in bytes. Without it a <c>byte[]</c> and a string count
/// as what they hold, and any other event as 1 KiB.
/// </summary>
public interface ISizedEvent
{
    /// <summary>Bytes of the payload; fixed parts need not be counted.</summary>
    long Bytes { get; }
}
