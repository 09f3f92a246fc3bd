using System.Diagnostics;

namespace OrleansDiffusion.Nodes.Devices;

/// <summary>
/// Waits to within some microseconds where the system's timers have a grain of a millisecond: sleeps for most of the
/// time and for the last gives way to whoever wants the processor, but asks for it again.
/// </summary>
internal sealed class PreciseWait : IWait
{
    // A sleep ends up to 0.2 ms late on an idle machine.
    private static readonly TimeSpan Spun = TimeSpan.FromMilliseconds(0.5);

    /// <inheritdoc/>
    public void For(TimeSpan duration, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        var slept = (int)Math.Floor((duration - Spun).TotalMilliseconds);
        if (slept > 0 && cancellationToken.WaitHandle.WaitOne(slept))
            return;
        while (Stopwatch.GetElapsedTime(started) < duration && !cancellationToken.IsCancellationRequested)
            Thread.Yield();
    }
}
