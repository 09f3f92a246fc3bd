using System.Diagnostics;
using OrleansDiffusion.Cli.Runs;
using OrleansDiffusion.Contracts.Jobs;

namespace OrleansDiffusion.Cli.Benchmarks;

/// <summary>A job of one batch that was run on a grid, from the request to the samples.</summary>
/// <param name="Outline">What it came to.</param>
/// <param name="Batch">What it took.</param>
/// <param name="Wall">How long it took.</param>
internal sealed record TimedJob(JobOutline Outline, BatchReport Batch, TimeSpan Wall)
{
    /// <summary>Runs a job.</summary>
    /// <param name="grains">The grid's grains.</param>
    /// <param name="request">What is asked for.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<TimedJob> Run(
        IGrainFactory grains, SamplingRequest request, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        var run = await GridRun.Plan(grains, request, GridCalls.Once, cancellationToken: cancellationToken);
        BatchReport? report = null;
        await foreach (var batch in run.Draw(new Progress<JobProgress>(), cancellationToken))
            report = batch.Report;
        return new TimedJob(run.Outline, report!, Stopwatch.GetElapsedTime(started));
    }
}
