using System.Diagnostics;
using OrleansDiffusion.Nodes.Planning;
using OrleansDiffusion.Sampling;
using Spectre.Console;

namespace OrleansDiffusion.Cli.Output;

/// <summary>Progress on stderr: a bar on a terminal, otherwise a line a second, and one at the end.</summary>
internal sealed class ProgressDisplay
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly SamplingPlan _plan;
    private readonly ProgressTask? _bar;
    private readonly int _batches;
    private long _lastLine = Stopwatch.GetTimestamp();

    private ProgressDisplay(SamplingPlan plan, ProgressTask? bar)
    {
        _plan = plan;
        _bar = bar;
        _batches = ((plan.Count - 1) / plan.Batch) + 1;
    }

    /// <summary>Shows progress while some work runs.</summary>
    public static void Run(SamplingPlan plan, Action<ProgressDisplay> work)
    {
        if (Console.IsErrorRedirected)
        {
            work(new ProgressDisplay(plan, bar: null));
            return;
        }

        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        console.Progress()
            .AutoClear(true)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new ElapsedTimeColumn())
            .Start(context => work(new ProgressDisplay(plan, context.AddTask("sampling", maxValue: 1))));
    }

    /// <summary>The progress of the batch that starts at a sample.</summary>
    public IProgress<SweepProgress> Batch(int firstSample) => new Listener(this, firstSample);

    private void Show(int firstSample, SweepProgress progress)
    {
        var unit = _plan.IsSequential ? "step" : "sweep";
        var line = $"{unit} {progress.Sweep}, block {progress.Block + 1}/{progress.Blocks}, "
            + $"{progress.Active} samples active, update {progress.Update:g3}";
        if (_bar is null)
        {
            if (progress.Active > 0 && Stopwatch.GetElapsedTime(_lastLine) < Pause)
                return;
            Console.Error.WriteLine($"samples from {firstSample}: {line}");
            _lastLine = Stopwatch.GetTimestamp();
            return;
        }

        _bar.Description = Markup.Escape(line);
        _bar.Value = ((double)firstSample / _plan.Batch + progress.Done) / _batches;
    }

    private sealed class Listener(ProgressDisplay display, int firstSample) : IProgress<SweepProgress>
    {
        public void Report(SweepProgress value) => display.Show(firstSample, value);
    }
}
