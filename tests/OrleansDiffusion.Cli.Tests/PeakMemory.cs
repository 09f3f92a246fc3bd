using System.Globalization;

namespace OrleansDiffusion.Cli.Tests;

/// <summary>How much memory a process occupies at most, beyond what it does now.</summary>
internal sealed class PeakMemory : IAsyncDisposable
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(50);

    private readonly CancellationTokenSource _ended = new();
    private readonly int _process;
    private readonly double _idle;
    private readonly Task _watching;
    private double _most;

    /// <param name="process">Its id.</param>
    public PeakMemory(int process)
    {
        _process = process;
        _idle = _most = Now() ?? throw new InvalidOperationException($"process {process} has ended");
        _watching = Watch();
    }

    /// <summary>The most so far beyond what it was, in megabytes.</summary>
    public double Growth => _most - _idle;

    /// <summary>The most that a process occupies until its end, in megabytes.</summary>
    public static async Task<double> Of(int process, Task ended)
    {
        var most = 0.0;
        while (!ended.IsCompleted)
        {
            most = Math.Max(most, Read(process) ?? 0);
            await Task.WhenAny(ended, Task.Delay(Period));
        }

        return most;
    }

    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync();
        await _watching;
        _ended.Dispose();
    }

    private async Task Watch()
    {
        while (!_ended.IsCancellationRequested)
        {
            _most = Math.Max(_most, Now() ?? 0);
            await Task.Delay(Period, _ended.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private double? Now() => Read(_process);

    // Resident memory; null where the process has ended.
    private static double? Read(int process)
    {
        try
        {
            var line = File.ReadLines($"/proc/{process}/status").FirstOrDefault(line => line.StartsWith("VmRSS:", StringComparison.Ordinal));
            return line is null ? null : double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024;
        }
        catch (IOException)
        {
            return null;
        }
    }
}
