using System.Diagnostics;

namespace OrleansDiffusion.Cli.Tests;

/// <summary>A process of odiff that runs until it is told to end; it does not outlive the test.</summary>
internal sealed class OdiffProcess : IAsyncDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(2);

    private readonly Process _process;
    private readonly Task<string> _error;
    private readonly string _signal;

    private OdiffProcess(Process process, string signal)
    {
        _process = process;
        _error = process.StandardError.ReadToEndAsync();
        _signal = signal;
    }

    public int Id => _process.Id;

    /// <param name="odiff">The folder it runs in.</param>
    /// <param name="commandLine">Its command line, words parted by blanks.</param>
    /// <param name="signal">The signal that ends it.</param>
    /// <param name="environment">Environment variables; null for none but the usual.</param>
    public static OdiffProcess Start(
        Odiff odiff, string commandLine, string signal = "TERM", IReadOnlyDictionary<string, string>? environment = null)
    {
        // A background job of a shell ignores SIGINT, and so would what it starts.
        var start = new ProcessStartInfo(
            "env", [$"--default-signal={signal}", Odiff.Executable, .. Odiff.Words(commandLine)])
        {
            WorkingDirectory = odiff.Folder,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;
        return new OdiffProcess(Process.Start(start)!, signal);
    }

    /// <summary>The next line that it says: first when it is up.</summary>
    public async Task<string> Ready()
    {
        using var deadline = new CancellationTokenSource(Deadline);
        return await _process.StandardOutput.ReadLineAsync(deadline.Token)
            ?? throw new InvalidOperationException($"it ended: {await _error}");
    }

    /// <summary>How it ended, of itself.</summary>
    public async Task<int> Ended()
    {
        using var deadline = new CancellationTokenSource(Deadline);
        await _process.WaitForExitAsync(deadline.Token);
        return _process.ExitCode;
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

    /// <summary>Ends it as SIGKILL does.</summary>
    public async Task Kill()
    {
        if (_process.HasExited)
            return;
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await Kill();
        _process.Dispose();
    }
}
