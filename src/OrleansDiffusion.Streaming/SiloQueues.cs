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

    /// <summary>
    /// The number of the queue for what is published to a stream here: one that is read on this silo, so that events cross the
    /// network once, to their consumer. Where none is, that of the stream.
    /// </summary>
    public uint NumberFor(StreamId stream)
    {
        var count = (uint)_queues.Length;
        var first = QueueMapper.NumberOf(stream, _queues.Length);
        for (var i = 0u; i < count; i++)
        {
            if (_queues[(first + i) % count].IsRead)
                return (first + i) % count;
        }

        return first;
    }

    /// <summary>A queue, by its number.</summary>
    public SweepQueue this[uint number] => _queues[number];
}
