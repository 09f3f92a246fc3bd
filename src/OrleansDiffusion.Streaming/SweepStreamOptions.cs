namespace OrleansDiffusion.Streaming;

/// <summary>How a sweep stream provider queues events. The same on every silo of a cluster.</summary>
public sealed class SweepStreamOptions
{
    /// <summary>Most bytes of an item that fit in one Orleans message, whose body is limited to 100 MB.</summary>
    public const long MostItemBytes = 90 << 20;

    private const int MostQueues = 4096;

    /// <summary>
    /// Number of queues, 1 to 4096; each is pumped by one silo. Every silo has some of its own as long as they are enough, and
    /// publishes to these; else to another's. Default 32.
    /// </summary>
    public int Queues { get; set; } = 32;

    /// <summary>
    /// Bytes that a queue holds, positive. A publisher waits for room while consumers have not taken enough.
    /// Default 64 MiB.
    /// </summary>
    public long QueueBytes { get; set; } = 64 << 20;

    /// <summary>
    /// Bytes of what is published in one call, and of what is merged into one delivery; 1 to
    /// <see cref="MostItemBytes"/> and at most <see cref="QueueBytes"/>. More is refused at the publisher.
    /// Default 32 MiB.
    /// </summary>
    public long MaxItemBytes { get; set; } = 32 << 20;

    /// <summary>
    /// How long a publisher waits for room, or for a queue that is changing silos, before it gets a
    /// <see cref="SweepPublishTimeoutException"/>; positive. Default 10 s.
    /// </summary>
    public TimeSpan PublishTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How long the delivery to a consumer that throws is tried again before that consumer misses it; positive.
    /// A consumer that is only slow is waited for, up to the silo's response timeout. Default 10 s.
    /// </summary>
    public TimeSpan DeliveryTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Bytes that an event counts as. The default takes those of <see cref="ISizedEvent"/>, and of others what is said
    /// there.
    /// </summary>
    public Func<object, long> SizeOf { get; set; } = EventSize.Of;

    /// <summary>Throws if an option is out of its range.</summary>
    /// <param name="provider">Name of the stream provider, for the message.</param>
    /// <exception cref="OrleansConfigurationException">Names the option and what it may be.</exception>
    public void Validate(string provider)
    {
        if (Queues is < 1 or > MostQueues)
            throw Refused(provider, nameof(Queues), $"1 to {MostQueues}", Queues);
        if (QueueBytes < 1)
            throw Refused(provider, nameof(QueueBytes), "positive", QueueBytes);
        var mostItemBytes = Math.Min(QueueBytes, MostItemBytes);
        if (MaxItemBytes < 1 || MaxItemBytes > mostItemBytes)
            throw Refused(provider, nameof(MaxItemBytes),
                $"1 to {mostItemBytes}, the lesser of {nameof(QueueBytes)} and what a message holds", MaxItemBytes);
        if (PublishTimeout <= TimeSpan.Zero)
            throw Refused(provider, nameof(PublishTimeout), "positive", PublishTimeout);
        if (DeliveryTimeout <= TimeSpan.Zero)
            throw Refused(provider, nameof(DeliveryTimeout), "positive", DeliveryTimeout);
        if (SizeOf is null)
            throw Refused(provider, nameof(SizeOf), "a function", "null");
    }

    private static OrleansConfigurationException Refused(string provider, string option, string allowed, object value) =>
        new($"{nameof(SweepStreamOptions)}.{option} of stream provider '{provider}' must be {allowed}, was {value}");
}
