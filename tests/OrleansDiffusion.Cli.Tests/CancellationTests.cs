using System.Diagnostics;
using OrleansDiffusion.Tests;

namespace OrleansDiffusion.Cli.Tests;

public sealed class CancellationTests : IDisposable
{
    // Hours of work, in blocks or batches that take a moment each.
    private const string LongJob =
        "sample --model demo --count 100000000 --batch 10 --block-steps 10 --out new/samples.npy";

    private readonly Odiff _odiff = new();

    public void Dispose() => _odiff.Dispose();

    [Theory]
    [InlineData("INT", "--mode sequential")]
    [InlineData("TERM", "--mode sequential")]
    [InlineData("INT", "--in-process")]
    [InlineData("INT", "")]
    [InlineData("TERM", "--silos 2")]
    public async Task A_signal_ends_a_run_in_one_line_and_leaves_no_file(string signal, string run)
    {
        // A background job of a shell ignores SIGINT, and so would what it starts.
        var start = new ProcessStartInfo(
            "env", [$"--default-signal={signal}", Odiff.Executable, .. Odiff.Words($"{LongJob} {run}")])
        {
            WorkingDirectory = _odiff.Folder,
        };
        var isSent = false;

        var result = await ChildProcess.Run(start, (process, _) =>
        {
            if (isSent)
                return;
            isSent = true;
            using var kill = Process.Start("sh", ["-c", $"kill -{signal} {process.Id}"]);
            kill.WaitForExit();
        });

        Assert.Equal(1, result.ExitCode);
        var lines = result.Error.Split('\n');
        Assert.All(lines[..^1], line => Assert.StartsWith("samples from ", line, StringComparison.Ordinal));
        Assert.Equal("odiff: cancelled", lines[^1]);
        Assert.Empty(result.Output);
        Assert.Empty(_odiff.Left);
    }
}
