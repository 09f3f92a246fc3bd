using System.Diagnostics;
using System.Runtime.InteropServices;

namespace OrleansDiffusion.Nodes.Devices;

/// <summary>
/// Waits to within some microseconds where the runtime's timers have a grain of a millisecond: sleeps for most of the
/// time, on Linux by the system's own sleep for most of the rest, and for the last gives way to whoever wants the
/// processor, but asks for it again.
/// </summary>
internal sealed partial class PreciseWait : IWait
{
    // The runtime's sleep ends up to 0.2 ms late on an idle machine, the system's 0.05.
    private static readonly TimeSpan Rest = TimeSpan.FromMilliseconds(0.5);
    private static readonly TimeSpan Spun = TimeSpan.FromMilliseconds(0.1);

    /// <inheritdoc/>
    public void For(TimeSpan duration, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        var slept = (int)Math.Floor((duration - Rest).TotalMilliseconds);
        if (slept > 0 && cancellationToken.WaitHandle.WaitOne(slept))
            return;
        if (OperatingSystem.IsLinux())
            SleepPrecisely(duration - Stopwatch.GetElapsedTime(started) - Spun);
        while (Stopwatch.GetElapsedTime(started) < duration && !cancellationToken.IsCancellationRequested)
            Thread.Yield();
    }

    // 1.5 ms at most: not worth cancelling.
    private static void SleepPrecisely(TimeSpan duration)
    {
        if (duration > TimeSpan.Zero)
            _ = NanoSleep(new TimeSpec(0, (nint)duration.TotalNanoseconds), 0);
    }

    [LibraryImport("libc", EntryPoint = "nanosleep")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int NanoSleep(in TimeSpec duration, nint remaining);

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct TimeSpec(nint Seconds, nint Nanoseconds);
}
