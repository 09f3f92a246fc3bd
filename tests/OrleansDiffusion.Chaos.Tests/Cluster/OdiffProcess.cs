using System.Diagnostics;
using OrleansDiffusion.Tests;

namespace OrleansDiffusion.Chaos.Tests.Cluster;

/// <summary>A process of odiff in a process group of its own; it ends with this object.</summary>
internal sealed class OdiffProcess : IAsyncDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(2);
    private static readonly string Executable = Path.Combine(AppContext.BaseDirectory, "odiff");

    private readonly Process _process;
    private readonly string _commandLine;
    private readonly Task<string> _errors;
    private Task _output = Task.CompletedTask;

    private OdiffProcess(Process process, string commandLine, string? logs)
    {
        (_process, _commandLine) = (process, commandLine);
        _errors = logs is null ? process.StandardError.ReadToEndAsync() : Keep(process, commandLine, logs);
    }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>What it said when it was ready, in words.</summary>
    public string[] Ready { get; private set; } = [];

    /// <summary>Starts one, and waits until it is ready.</summary>
    /// <param name="commandLine">Its command line, words parted by blanks.</param>
    /// <exception cref="InvalidOperationException">It ended before it was ready.</exception>
    public static async Task<OdiffProcess> Start(string commandLine)
    {
        // ODIFF_FAULT_LOGS names a folder that keeps what they log. A file that may not grow is told by an error, as a
        // full disk is, where its signal is ignored.
        var logs = Environment.GetEnvironmentVariable("ODIFF_FAULT_LOGS");
        string[] words = [.. commandLine.Split(' '), .. logs is null ? Array.Empty<string>() : ["--verbose"]];
        var process = Process.Start(new ProcessStartInfo(
            "setsid", ["env", "--default-signal=TERM", "--ignore-signal=XFSZ", Executable, .. words])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var odiff = new OdiffProcess(process, commandLine, logs);
        try
        {
            await odiff.WaitUntilReady();
            return odiff;
        }
        catch
        {
            await odiff.DisposeAsync();
            throw;
        }
    }

    /// <summary>Ends it as SIGKILL does; it is gone when this returns.</summary>
    public async Task Kill()
    {
        if (!_process.HasExited)
            _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>Sends it a signal.</summary>
    public Task Signal(string signal) => Run("kill", $"-{signal}", $"{Id}");

    /// <summary>Sets how large a file it may write, <c>0</c> or <c>unlimited</c>.</summary>
    public Task LimitFiles(string bytes) => Run("prlimit", $"--pid={Id}", $"--fsize={bytes}:");

    /// <summary>Waits for its end.</summary>
    /// <returns>Its exit code.</returns>
    /// <exception cref="TimeoutException">It has not ended by then.</exception>
    public async Task<int> Exit(TimeSpan deadline)
    {
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(deadline);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        await Kill();
        await _errors;
        await _output;
        _process.Dispose();
    }

    private async Task WaitUntilReady()
    {
        using var deadline = new CancellationTokenSource(Deadline);
        var line = await _process.StandardOutput.ReadLineAsync(deadline.Token)
            ?? throw new InvalidOperationException($"odiff {_commandLine} ended: {await _errors}");
        Ready = line.Split(' ');
        _output = _process.StandardOutput.BaseStream.CopyToAsync(Stream.Null, CancellationToken.None);
    }

    private static async Task<string> Keep(Process process, string commandLine, string logs)
    {
        var path = Path.Combine(logs, $"{Environment.ProcessId}-{process.Id}.log");
        await using var file = new StreamWriter(path) { AutoFlush = true };
        await file.WriteLineAsync($"odiff {commandLine}");
        while (await process.StandardError.ReadLineAsync() is { } line)
            await file.WriteLineAsync($"{DateTime.UtcNow:HH:mm:ss.fff} {line}");
        return $"see {path}";
    }

    private static async Task Run(string program, params string[] arguments)
    {
        var result = await ChildProcess.Run(new ProcessStartInfo(program, arguments));
        Assert.True(result.ExitCode == 0, $"{program}: {result.Error}");
    }
}
