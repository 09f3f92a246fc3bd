using Microsoft.Extensions.Logging;
using OrleansDiffusion.Contracts.Jobs;
using OrleansDiffusion.Contracts.Manifests;

namespace OrleansDiffusion.Grid.Manifests;

/// <summary>Has lines of a part drawn, by jobs of those that are alike. A line that cannot be drawn fails alone.</summary>
/// <param name="manifestId">The manifest.</param>
/// <param name="run">The run of the manifest.</param>
/// <param name="grains">The grains.</param>
/// <param name="time">The time.</param>
/// <param name="logger">Told of jobs that cannot be reached; they are asked again.</param>
internal sealed partial class PartRun(string manifestId, int run, IGrainFactory grains, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>Draws lines.</summary>
    /// <param name="part">Their part.</param>
    /// <param name="lines">The lines.</param>
    /// <param name="cancellationToken">Ends it; its jobs are cancelled where <paramref name="isCancelled"/> says so.</param>
    /// <param name="isCancelled">Whether it was ended for good.</param>
    /// <returns>What became of them, in any order.</returns>
    public async Task<IReadOnlyList<LineResult>> Draw(
        int part, IReadOnlyList<ManifestLine> lines, Func<bool> isCancelled, CancellationToken cancellationToken)
    {
        var bad = lines.Where(line => line.Error is not null).Select(line => line.Failed(run, line.Error!));
        var jobs = PartJobs.Of(lines.Where(line => line.Error is null))
            .Select((together, job) => DrawOrCancel(PartJobs.IdOf(manifestId, part, run, job), together, isCancelled, cancellationToken))
            .ToList();
        return [.. bad, .. (await Task.WhenAll(jobs)).SelectMany(results => results)];
    }

    private async Task<IReadOnlyList<LineResult>> DrawOrCancel(
        string jobId, IReadOnlyList<ManifestLine> lines, Func<bool> isCancelled, CancellationToken cancellationToken)
    {
        try
        {
            return await Draw(jobId, lines, cancellationToken);
        }
        catch (OperationCanceledException) when (isCancelled())
        {
            await grains.GetGrain<ISamplingJobGrain>(jobId).Cancel();
            throw;
        }
    }

    private async Task<IReadOnlyList<LineResult>> Draw(
        string jobId, IReadOnlyList<ManifestLine> lines, CancellationToken cancellationToken)
    {
        var failed = new List<LineResult>();
        if (await Submit(jobId, lines, cancellationToken) is { } refusal)
        {
            (lines, failed) = await Sift(lines, refusal, cancellationToken);
            if (lines.Count == 0)
                return failed;
            if (await Submit(jobId, lines, cancellationToken) is { } still)
                return [.. failed, .. lines.Select(line => line.Failed(run, Text(still)))];
        }

        var status = await End(jobId, lines, cancellationToken);
        return [.. failed, .. Results(status, lines)];
    }

    // Which of them are at fault that are refused together.
    private async Task<(IReadOnlyList<ManifestLine> Good, List<LineResult> Failed)> Sift(
        IReadOnlyList<ManifestLine> lines, Refusal refusal, CancellationToken cancellationToken)
    {
        if (lines.Count == 1)
            return ([], [lines[0].Failed(run, Text(refusal))]);
        var (good, failed) = (new List<ManifestLine>(), new List<LineResult>());
        foreach (var line in lines)
        {
            var planned = await Insist(
                () => grains.GetGrain<IPlannerGrain>(0).Plan(PartJobs.RequestOf([line]), cancellationToken), cancellationToken);
            if (planned.Refusal is { } own)
                failed.Add(line.Failed(run, Text(own)));
            else
                good.Add(line);
        }

        return (good, failed);
    }

    private async Task<Refusal?> Submit(string jobId, IReadOnlyList<ManifestLine> lines, CancellationToken cancellationToken)
    {
        var (job, request) = (grains.GetGrain<ISamplingJobGrain>(jobId), PartJobs.RequestOf(lines));
        while (true)
        {
            var refusal = await Insist(() => job.Submit(request, cancellationToken), cancellationToken);
            if (refusal?.RetryAfter is not { } wait)
                return refusal;
            await Task.Delay(wait, time, cancellationToken);
        }
    }

    // Where its record is lost with the memory of a silo it is begun anew.
    private async Task<JobStatus> End(string jobId, IReadOnlyList<ManifestLine> lines, CancellationToken cancellationToken)
    {
        var job = grains.GetGrain<ISamplingJobGrain>(jobId);
        while (true)
        {
            var status = await Insist(
                async () =>
                {
                    await foreach (var _ in job.Watch(cancellationToken))
                    {
                        // Its end is all that is waited for.
                    }

                    return await job.Status();
                },
                cancellationToken);
            if (status.State.IsFinal())
                return status;
            await Task.Delay(Pause, time, cancellationToken);
            await Submit(jobId, lines, cancellationToken);
        }
    }

    private IEnumerable<LineResult> Results(JobStatus status, IReadOnlyList<ManifestLine> lines)
    {
        var lost = status.Batches.SelectMany(batch => batch.Lost).ToLookup(sample => sample.Sample);
        var first = 0;
        foreach (var line in lines)
        {
            var samples = Enumerable.Range(first, line.Item!.Count);
            if (status.State != JobState.Succeeded)
                yield return line.Failed(run, status.Error ?? "it was cancelled");
            else if (samples.SelectMany(sample => lost[sample]).FirstOrDefault() is { } one)
                yield return line.Failed(run, $"sample {one.Sample - first} was lost to NaN or infinity at step {one.Step} of block {one.Block}");
            else
                yield return line.Succeeded(run, status.JobId, first);
            first += line.Item.Count;
        }
    }

    // Silos that are lost are not for ever.
    private async Task<T> Insist<T>(Func<Task<T>> call, CancellationToken cancellationToken)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                return await call().WaitAsync(cancellationToken);
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                LogAgain(e, manifestId);
                await Task.Delay(Pause, time, cancellationToken);
            }
        }
    }

    private static string Text(Refusal refusal) => refusal.Option is { } option ? $"{option} {refusal.Reason}" : refusal.Reason;

    [LoggerMessage(Level = LogLevel.Warning, Message = "A job of manifest {Manifest} could not be reached; it is asked again")]
    private partial void LogAgain(Exception e, string manifest);
}
