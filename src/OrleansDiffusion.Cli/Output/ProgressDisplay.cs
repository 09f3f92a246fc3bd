using System.Diagnostics;
using OrleansDiffusion.Cli.Runs;
using OrleansDiffusion.Contracts.Jobs;
using Spectre.Console;

namespace OrleansDiffusion.Cli.Output;

/// <summary>Progress on stderr: a bar on a terminal, otherwise a line a second, and one at the end.</summary>
internal sealed class ProgressDisplay : IProgress<JobProgress>
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly RunDescription _run;
    private readonly ProgressTask? _bar;
    private long _lastLine = Stopwatch.GetTimestamp();
    private (int FirstSample, int Sweep) _shown;

    private ProgressDisplay(RunDescription run, ProgressTask? bar)
    {
        _run = run;
        _bar = bar;
    }

    /// <summary>Shows progress while some work runs.</summary>
    public static async Task Run(RunDescription run, Func<IProgress<JobProgress>, Task> work)
    {
        if (Console.IsErrorRedirected)
        {
            await work(new ProgressDisplay(run, bar: null));
            return;
        }

        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        await console.Progress()
            .AutoClear(true)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new ElapsedTimeColumn())
            .StartAsync(context => work(new ProgressDisplay(run, context.AddTask("sampling", maxValue: 1))));
    }

    public void Report(JobProgress value)
    {
        if (value.Place is { } place)
        {
            ShowPlace(value.FirstSample, place);
            return;
        }

        // A job says once more how far it came when it is over.
        if ((value.FirstSample, value.Sweep) == _shown)
            return;
        var unit = _run.IsSequential ? "step" : "sweep";
        var line = $"{unit} {value.Sweep}, block {value.Block + 1}/{value.Blocks}, "
            + $"{value.Active} samples active, update {value.Update:g3}";
        if (_bar is not null)
            ShowBar(value, line);
        else if (value.Active == 0 || Stopwatch.GetElapsedTime(_lastLine) >= Pause)
            ShowLine(value.FirstSample, line);
        _shown = (value.FirstSample, value.Sweep);
    }

    private void ShowPlace(int firstSample, int place)
    {
        var line = $"queued, {place} batches before";
        if (_bar is not null)
            _bar.Description = line;
        else
            ShowLine(firstSample, line);
    }

    // The bar shows a time, too.
    private void ShowBar(JobProgress value, string line)
    {
        var batch = _run.Outline.Batch;
        var batches = ((_run.Request.Count - 1) / batch) + 1;
        _bar!.Description = Markup.Escape(_run.IsEmulated ? "emulated: " + line : line);
        _bar.Value = (((double)value.FirstSample / batch) + value.Done) / batches;
    }

    private void ShowLine(int firstSample, string line)
    {
        Console.Error.WriteLine($"samples from {firstSample}: {line}");
        _lastLine = Stopwatch.GetTimestamp();
    }
}
