namespace OrleansDiffusion.Streaming;

/// <summary>The queues of one provider, as far as they are on this silo.</summary>
internal sealed class SiloQueues(SweepStreamOptions options, TimeProvider time)
{
    private readonly SweepQueue[] _queues =
        [.. Enumerable.Range(0, options.Queues).Select(_ => new SweepQueue(options, time))];

    /// <summary>Options of the provider.</summary>
    public SweepStreamOptions Options { get; } = options;

    /// <summary>The clock of this silo.</summary>
    public TimeProvider Time { get; } = time;

    /// <summary>A queue, by its number.</summary>
    public SweepQueue this[uint number] => _queues[number];
}
