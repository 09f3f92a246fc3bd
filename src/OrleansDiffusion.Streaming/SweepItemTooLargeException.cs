namespace OrleansDiffusion.Streaming;

/// <summary>What was published in one call is larger than <see cref="SweepStreamOptions.MaxItemBytes"/>.</summary>
/// <param name="bytes">Its size.</param>
/// <param name="maxItemBytes">The largest that is taken.</param>
[GenerateSerializer]
public sealed class SweepItemTooLargeException(long bytes, long maxItemBytes)
    : InvalidOperationException(
        $"an item of {bytes} bytes was published, at most {maxItemBytes} are taken ({nameof(SweepStreamOptions.MaxItemBytes)})")
{
    /// <summary>Size of what was published.</summary>
    [Id(0)]
    public long Bytes { get; } = bytes;

    /// <summary>The largest that is taken.</summary>
    [Id(1)]
    public long MaxItemBytes { get; } = maxItemBytes;
}
