using System.Diagnostics;

namespace OrleansDiffusion.Cli.Tests;

/// <summary>A process of <c>odiff silo</c>; it does not outlive the test.</summary>
internal sealed class SiloProcess : IAsyncDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(2);

    private readonly Process _process;
    private readonly Task<string> _error;
    private readonly string _signal;

    private SiloProcess(Process process, string signal)
    {
        _process = process;
        _error = process.StandardError.ReadToEndAsync();
        _signal = signal;
    }

    public int Id => _process.Id;

    /// <param name="odiff">The folder it runs in.</param>
    /// <param name="options">Its options.</param>
    /// <param name="signal">The signal that ends it.</param>
    public static SiloProcess Start(Odiff odiff, string options, string signal = "TERM")
    {
        // A background job of a shell ignores SIGINT, and so would what it starts.
        var start = new ProcessStartInfo(
            "env", [$"--default-signal={signal}", Odiff.Executable, "silo", .. Odiff.Words(options)])
        {
            WorkingDirectory = odiff.Folder,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        return new SiloProcess(Process.Start(start)!, signal);
    }

    /// <summary>The line that it says when it is up.</summary>
    public async Task<string> Ready()
    {
        using var deadline = new CancellationTokenSource(Deadline);
        return await _process.StandardOutput.ReadLineAsync(deadline.Token)
            ?? throw new InvalidOperationException($"the silo ended: {await _error}");
    }

    /// <summary>Tells it to end; how it ended, and what it said after it was up.</summary>
    public async Task<(int ExitCode, string Output, string Error)> End()
    {
        using var deadline = new CancellationTokenSource(Deadline);
        using (var kill = Process.Start("sh", ["-c", $"kill -{_signal} {_process.Id}"]))
            await kill.WaitForExitAsync(deadline.Token);
        await _process.WaitForExitAsync(deadline.Token);
        return (_process.ExitCode, await _process.StandardOutput.ReadToEndAsync(deadline.Token), await _error);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }
}
