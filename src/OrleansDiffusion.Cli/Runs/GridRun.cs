using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using OrleansDiffusion.Contracts.Jobs;
using OrleansDiffusion.Models;
using OrleansDiffusion.Sampling;
using Polly;

namespace OrleansDiffusion.Cli.Runs;

/// <summary>Samples as a job of a grid: submits it, watches it, and fetches what is done.</summary>
internal sealed class GridRun : ISamplingRun
{
    private static readonly TimeSpan LongestCancel = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    private readonly ISamplingJobGrain _job;
    private readonly SamplingRequest _request;
    private readonly ResiliencePipeline _calls;

    private readonly bool _isKept;

    private GridRun(
        IGrainFactory grains, SamplingRequest request, JobOutline outline, ResiliencePipeline calls, string? kept)
    {
        (JobId, _isKept) = (kept ?? NewJobId(), kept is not null);
        _job = grains.GetGrain<ISamplingJobGrain>(JobId);
        _request = request;
        _calls = calls;
        Outline = outline;
    }

    public string JobId { get; }

    public JobOutline Outline { get; }

    /// <summary>Has a request planned by the grid.</summary>
    /// <param name="grains">The grid's grains.</param>
    /// <param name="request">What is asked for.</param>
    /// <param name="calls">How often calls are made: one of <see cref="GridCalls"/>.</param>
    /// <param name="kept">The id of a job that is not cancelled when the run ends before; null for one of its own.</param>
    /// <param name="cancellationToken">Ends the planning.</param>
    /// <exception cref="InvalidOptionException">An option out of its range, or not taken by the sampler or model.</exception>
    /// <exception cref="ModelFormatException">There is no such model, or its files cannot be used.</exception>
    public static async Task<GridRun> Plan(
        IGrainFactory grains, SamplingRequest request, ResiliencePipeline calls, string? kept = null,
        CancellationToken cancellationToken = default)
    {
        var planner = grains.GetGrain<IPlannerGrain>(0);
        var planned = await calls.Make(token => planner.Plan(request, token), cancellationToken);
        return planned.Outline is { } outline
            ? new GridRun(grains, request, outline, calls, kept)
            : throw MistakeOf(planned.Refusal!);
    }

    /// <summary>An id that no job has.</summary>
    public static string NewJobId() => Guid.CreateVersion7().ToString();

    public async IAsyncEnumerable<DrawnBatch> Draw(
        IProgress<JobProgress> progress, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var isOver = false;
        try
        {
            // Once, unless the watching breaks off, or the job's record is lost with its silo: then the same job again.
            for (var samples = 0; samples < _request.Count;)
            {
                isOver = false;
                await Submit(cancellationToken);
                await foreach (var step in Watch(cancellationToken))
                {
                    progress.Report(step);

                    // Another batch is swept, so those before it are done.
                    while (step.FirstSample > samples && await Next(samples, cancellationToken) is { } batch)
                    {
                        yield return batch;
                        samples = batch.Report.FirstSample + batch.Report.Samples;
                    }
                }

                var status = await Status(cancellationToken);
                isOver = status.State.IsFinal();
                ThrowIfFailed(status);
                while (isOver && await Next(samples, cancellationToken) is { } batch)
                {
                    yield return batch;
                    samples = batch.Report.FirstSample + batch.Report.Samples;
                }
            }
        }
        finally
        {
            if (!isOver && !_isKept)
                await Cancel();
        }
    }

    private async Task Submit(CancellationToken cancellationToken)
    {
        if (await _calls.Make(token => _job.Submit(_request, token), cancellationToken) is { } refusal)
            throw MistakeOf(refusal);
    }

    private Task<JobStatus> Status(CancellationToken cancellationToken) =>
        _calls.Make(_ => _job.Status(), cancellationToken);

    // The job's progress, until it is over or its silo does not answer any more.
    private async IAsyncEnumerable<JobProgress> Watch([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var steps = _job.Watch(cancellationToken).GetAsyncEnumerator(cancellationToken);
        while (await HasNext())
            yield return steps.Current;

        async Task<bool> HasNext()
        {
            try
            {
                return await steps.MoveNextAsync();
            }
            catch (Exception e) when (GridCalls.IsPassing(e))
            {
                await Task.Delay(Pause, cancellationToken);
                return false;
            }
        }
    }

    // The batch of a sample, from that sample on; null if it is not done, or the job's record was lost.
    private async Task<DrawnBatch?> Next(int firstSample, CancellationToken cancellationToken)
    {
        var report = (await Status(cancellationToken)).Batches
            .FirstOrDefault(batch => batch.FirstSample + batch.Samples > firstSample);
        if (report is null)
            return null;
        try
        {
            return await Fetch(report, firstSample, cancellationToken);
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    private async Task<DrawnBatch> Fetch(BatchReport report, int firstSample, CancellationToken cancellationToken)
    {
        var values = new float[(report.FirstSample + report.Samples - firstSample) * Outline.Elements];
        for (var fetched = 0; fetched < values.Length;)
        {
            var first = firstSample + (fetched / Outline.Elements);
            var part = await _calls.Make(_ => _job.Fetch(first), cancellationToken);
            var floats = MemoryMarshal.Cast<byte, float>(part.Values);
            floats = floats[..Math.Min(floats.Length, values.Length - fetched)];
            floats.CopyTo(values.AsSpan(fetched));
            fetched += floats.Length;
        }

        return new DrawnBatch(values, report);
    }

    private async Task Cancel()
    {
        try
        {
            await _job.Cancel().WaitAsync(LongestCancel);
        }
        catch (Exception e) when (GridCalls.IsPassing(e))
        {
            // What ended the run is what the user is told.
        }
    }

    private static void ThrowIfFailed(JobStatus status)
    {
        if (status.State == JobState.Cancelled)
            throw new OperationCanceledException("the job was cancelled");
        if (status.State == JobState.Failed)
            throw new SamplingFailedException(status.Error!);
    }

    private static Exception MistakeOf(Refusal refusal) => refusal.Option is { } option
        ? new InvalidOptionException(option, refusal.Reason)
        : new ModelFormatException(refusal.Reason);
}
