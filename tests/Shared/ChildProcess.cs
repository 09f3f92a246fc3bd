using System.Diagnostics;

namespace OrleansDiffusion.Tests;

/// <summary>Runs a program to its end, or ends it at a deadline.</summary>
internal static class ChildProcess
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(2);

    /// <summary>Runs a program.</summary>
    /// <param name="start">The program and its arguments.</param>
    /// <param name="onErrorLine">Told the process and every line that it writes to stderr.</param>
    /// <exception cref="TimeoutException">It did not end in time, and was ended.</exception>
    public static async Task<ChildResult> Run(ProcessStartInfo start, Action<Process, string>? onErrorLine = null)
    {
        start.UseShellExecute = false;
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        using var deadline = new CancellationTokenSource(Deadline);
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        var error = ErrorOf(process, onErrorLine);
        try
        {
            await process.WaitForExitAsync(deadline.Token);
        }
        catch (OperationCanceledException e)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException(
                $"{start.FileName} {string.Join(' ', start.ArgumentList)} did not end in {Deadline}: {await output} {await error}", e);
        }

        return new ChildResult(process.ExitCode, (await output).Trim(), (await error).Trim());
    }

    private static async Task<string> ErrorOf(Process process, Action<Process, string>? onErrorLine)
    {
        var lines = new List<string>();
        while (await process.StandardError.ReadLineAsync() is { } line)
        {
            lines.Add(line);
            onErrorLine?.Invoke(process, line);
        }

        return string.Join('\n', lines);
    }
}

/// <summary>How a program ended and what it wrote, without white space around it.</summary>
internal sealed record ChildResult(int ExitCode, string Output, string Error);
