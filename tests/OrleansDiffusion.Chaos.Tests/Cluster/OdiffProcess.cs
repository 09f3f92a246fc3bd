using System.Collections.Concurrent;
using System.Diagnostics;
using OrleansDiffusion.Tests;

namespace OrleansDiffusion.Chaos.Tests.Cluster;

/// <summary>A process of odiff in a process group of its own; it ends with this object.</summary>
internal sealed class OdiffProcess : IAsyncDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(2);

    private readonly Process _process;
    private readonly string _commandLine;
    private readonly ConcurrentQueue<string> _log = new();
    private readonly Task _logging;
    private Task _output = Task.CompletedTask;

    private OdiffProcess(Process process, string commandLine)
    {
        (_process, _commandLine) = (process, commandLine);
        _logging = Listen();
    }

    /// <summary>The program.</summary>
    public static string Executable { get; } = Path.Combine(AppContext.BaseDirectory, "odiff");

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>What it said when it was ready, in words.</summary>
    public string[] Ready { get; private set; } = [];

    /// <summary>The lines that it logged.</summary>
    public IReadOnlyCollection<string> Log => _log;

    /// <summary>Starts one, and waits until it is ready.</summary>
    /// <param name="commandLine">Its command line, words parted by blanks.</param>
    /// <param name="connectionString">What it signs in to a blob service with.</param>
    /// <exception cref="InvalidOperationException">It ended before it was ready.</exception>
    public static async Task<OdiffProcess> Start(string commandLine, string? connectionString = null)
    {
        // A file that may not grow is told by an error, as a full disk is, where its signal is ignored.
        var start = new ProcessStartInfo(
            "setsid", ["env", "--default-signal=TERM", "--ignore-signal=XFSZ", Executable, .. commandLine.Split(' '), "--verbose"])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        if (connectionString is not null)
            start.Environment["AZURE_STORAGE_CONNECTION_STRING"] = connectionString;
        var odiff = new OdiffProcess(Process.Start(start)!, commandLine);
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
        await _logging;
        await _output;
        _process.Dispose();
    }

    private async Task WaitUntilReady()
    {
        using var deadline = new CancellationTokenSource(Deadline);
        if (await _process.StandardOutput.ReadLineAsync(deadline.Token) is not { } line)
        {
            await _logging;
            throw new InvalidOperationException($"odiff {_commandLine} ended: {string.Join('\n', _log)}");
        }

        Ready = line.Split(' ');
        _output = _process.StandardOutput.BaseStream.CopyToAsync(Stream.Null, CancellationToken.None);
    }

    // ODIFF_FAULT_LOGS names a folder that keeps what they log.
    private async Task Listen()
    {
        var folder = Environment.GetEnvironmentVariable("ODIFF_FAULT_LOGS");
        await using var file = folder is null
            ? StreamWriter.Null
            : new StreamWriter(Path.Combine(folder, $"{Environment.ProcessId}-{Id}.log")) { AutoFlush = true };
        await file.WriteLineAsync($"odiff {_commandLine}");
        while (await _process.StandardError.ReadLineAsync() is { } line)
        {
            _log.Enqueue(line);
            await file.WriteLineAsync($"{DateTime.UtcNow:HH:mm:ss.fff} {line}");
        }
    }

    private static async Task Run(string program, params string[] arguments)
    {
        var result = await ChildProcess.Run(new ProcessStartInfo(program, arguments));
        Assert.True(result.ExitCode == 0, $"{program}: {result.Error}");
    }
}
