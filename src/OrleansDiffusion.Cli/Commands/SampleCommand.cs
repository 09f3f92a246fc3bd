using System.CommandLine;
using System.Diagnostics;
using System.Runtime.InteropServices;
using OrleansDiffusion.Cli.Output;
using OrleansDiffusion.Models;
using OrleansDiffusion.Sampling;
using OrleansDiffusion.Sampling.Picard;

namespace OrleansDiffusion.Cli.Commands;

/// <summary><c>odiff sample</c>: draws samples and writes them to a file.</summary>
internal static class SampleCommand
{
    public static Command Create()
    {
        var options = new SampleOptions();
        var command = new Command("sample", "Draw samples from a model.");
        options.AddTo(command);
        command.SetAction((parsed, cancellationToken) => Task.FromResult(Run(options, parsed, cancellationToken)));
        return command;
    }

    private static int Run(SampleOptions options, ParseResult parsed, CancellationToken cancellationToken)
    {
        var isPicard = options.IsPicard(parsed);
        var picard = options.PicardOptions(parsed);
        picard.Validate();
        var count = parsed.GetValue(options.Count);
        if (count < 1)
            throw new InvalidOptionException("count", $"must be positive, was {count}");
        if (parsed.GetValue(options.Batch) is < 1)
            throw new InvalidOptionException("batch", $"must be positive, was {parsed.GetValue(options.Batch)}");
        var labels = options.Label.Read(parsed);
        var guidance = parsed.GetValue(options.Guidance);

        TorchRuntime.Load();
        using var model = Catalogue.Open(parsed.GetValue(options.Model)!);
        var conditions = model.ConditionsFor(labels, guidance);
        var timeline = options.TimelineOptions(parsed, model);
        var plan = JobPlan.For(
            timeline, options.Schedule(parsed, model), isPicard, model.Denoiser.Shape, count,
            parsed.GetValue(options.Batch), options.Lookahead(parsed));
        picard = picard with { Lookahead = plan.Lookahead };
        CheckSize(count, model.Denoiser.Shape);
        var samples = new SampleFile(parsed.GetValue(options.Out)!, model.Denoiser.Shape, count);
        var reportPath = parsed.GetValue(options.Report);
        if (reportPath is not null)
        {
            WritableFile.Check("report", reportPath);
            if (Path.GetFullPath(reportPath) == Path.GetFullPath(parsed.GetValue(options.Out)!))
                throw new InvalidOptionException("report", "must not name the file of --out");
        }

        var seed = parsed.GetValue(options.Seed);
        Func<int, int, IProgress<SweepProgress>, SamplingResult> draw = isPicard
            ? (first, batch, progress) => new PicardSampler(model.Denoiser, plan.Timeline, picard)
                .Sample(seed, first, batch, conditions, progress, cancellationToken)
            : (first, batch, progress) => new SequentialSampler(model.Denoiser, plan.Timeline)
                .Sample(seed, first, batch, conditions, progress, cancellationToken);

        var started = Stopwatch.GetTimestamp();
        var drawn = new List<float>();
        var results = new List<SamplingResult>();
        ProgressDisplay.Run(plan, count, isPicard, display =>
        {
            for (var first = 0; first < count; first += plan.Batch)
            {
                using var result = draw(first, Math.Min(plan.Batch, count - first), display.Batch(first));
                drawn.AddRange(MemoryMarshal.Cast<byte, float>(result.Samples.bytes));
                results.Add(result);
            }
        });
        var wall = Stopwatch.GetElapsedTime(started);

        var report = SamplingReport.From(
            results, timeline.Sampler, model.Name, isPicard, picard, plan, count, seed, labels,
            guidance, wall);
        samples.Write([.. drawn], report.Title);
        if (reportPath is not null)
            WritableFile.Write(reportPath, report.WriteTo);
        Console.WriteLine(report.Summary);
        if (report.MaxResidual > report.Tolerance)
        {
            Console.Error.WriteLine(
                $"note: --max-sweeps ended a block before its tolerance; a sample may be off by {report.MaxResidual:g2}");
        }

        return Losses(results);
    }

    private static void CheckSize(int count, IReadOnlyList<long> shape)
    {
        var most = Array.MaxLength / sizeof(float) / shape.Aggregate(1L, (product, size) => product * size);
        if (count > most)
            throw new InvalidOptionException("count", $"must be at most {most} for samples of this size, was {count}");
    }

    private static int Losses(IEnumerable<SamplingResult> results)
    {
        var failures = results.SelectMany(result => result.Failures).ToList();
        if (failures.Count == 0)
            return 0;
        var first = failures[0];
        Console.Error.WriteLine(
            $"odiff: {failures.Count} samples were lost to NaN or infinity, and are written as NaN; first sample "
            + $"{first.Sample} at step {first.Step} of block {first.Block}");
        return 1;
    }
}
