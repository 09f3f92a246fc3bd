using System.Collections.Concurrent;
using OrleansDiffusion.Nodes.Devices;
using OrleansDiffusion.Tests;

namespace OrleansDiffusion.Nodes.Tests;

/// <summary>Notes what is waited for, and lets the time pass at once.</summary>
internal sealed class NotedWait(ManualTime time) : IWait
{
    private readonly ConcurrentQueue<TimeSpan> _waits = new();

    public IReadOnlyList<TimeSpan> Waits => [.. _waits];

    public void For(TimeSpan duration, CancellationToken cancellationToken)
    {
        _waits.Enqueue(duration);
        time.Advance(duration);
    }
}
