using System.CommandLine;
using System.Diagnostics;
using System.Runtime.InteropServices;
using OrleansDiffusion.Cli.Output;
using OrleansDiffusion.Models;
using OrleansDiffusion.Nodes.Planning;
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
        var request = options.Request(parsed);
        var isSequential = options.IsSequential(parsed);
        _ = options.Silos(parsed); // checked; every run is in this process as yet

        TorchRuntime.Load();
        using var model = Catalogue.Open(request.Model);
        var plan = isSequential ? SamplingPlan.ForSequential(request, model) : SamplingPlan.For(request, model);
        CheckSize(plan.Count, model.Denoiser.Shape);
        var samples = new SampleFile(options.Out(parsed), model.Denoiser.Shape, plan.Count);
        var reportPath = ReportPath(options, parsed);

        var started = Stopwatch.GetTimestamp();
        var drawn = new List<float>();
        var results = new List<SamplingResult>();
        ProgressDisplay.Run(plan, display =>
        {
            foreach (var result in DrawInProcess(plan, model.Denoiser, display, cancellationToken))
            {
                using (result)
                    drawn.AddRange(MemoryMarshal.Cast<byte, float>(result.Samples.bytes));
                results.Add(result);
            }
        });
        var wall = Stopwatch.GetElapsedTime(started);

        var report = SamplingReport.From(results, request, plan, wall);
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

    // The batches, one after the other; the caller disposes them.
    private static IEnumerable<SamplingResult> DrawInProcess(
        SamplingPlan plan, IDenoiser denoiser, ProgressDisplay display, CancellationToken cancellationToken)
    {
        var parallel = new PicardSampler(denoiser, plan.Timeline, plan.Picard);
        var sequential = new SequentialSampler(denoiser, plan.Timeline);
        for (var first = 0; first < plan.Count; first += plan.Batch)
        {
            var samples = Math.Min(plan.Batch, plan.Count - first);
            var progress = display.Batch(first);
            yield return plan.IsSequential
                ? sequential.Sample(plan.Seed, first, samples, plan.Conditions, progress, cancellationToken)
                : parallel.Sample(plan.Seed, first, samples, plan.Conditions, progress, cancellationToken);
        }
    }

    // Where the report goes, checked to be writable, or null.
    private static string? ReportPath(SampleOptions options, ParseResult parsed)
    {
        if (options.Report(parsed) is not { } path)
            return null;
        WritableFile.Check("report", path);
        return Path.GetFullPath(path) != Path.GetFullPath(options.Out(parsed))
            ? path
            : throw new InvalidOptionException("report", "must not name the file of --out");
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
