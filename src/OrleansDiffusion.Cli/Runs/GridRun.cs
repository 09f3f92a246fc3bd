using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using OrleansDiffusion.Contracts.Jobs;
using OrleansDiffusion.Models;
using OrleansDiffusion.Sampling;

namespace OrleansDiffusion.Cli.Runs;

/// <summary>Samples as a job of a grid: submits it, watches it, and fetches what is done.</summary>
internal sealed class GridRun : ISamplingRun
{
    private readonly ISamplingJobGrain _job;
    private readonly SamplingRequest _request;

    private GridRun(IGrainFactory grains, SamplingRequest request, JobOutline outline)
    {
        _job = grains.GetGrain<ISamplingJobGrain>(JobId);
        _request = request;
        Outline = outline;
    }

    public string JobId { get; } = Guid.CreateVersion7().ToString();

    public JobOutline Outline { get; }

    /// <summary>Has a request planned by the grid.</summary>
    /// <param name="grains">The grid's grains.</param>
    /// <param name="request">What is asked for.</param>
    /// <param name="cancellationToken">Ends the planning.</param>
    /// <exception cref="InvalidOptionException">An option out of its range, or not taken by the sampler or model.</exception>
    /// <exception cref="ModelFormatException">There is no such model, or its files cannot be used.</exception>
    public static async Task<GridRun> Plan(
        IGrainFactory grains, SamplingRequest request, CancellationToken cancellationToken)
    {
        var planned = await grains.GetGrain<IPlannerGrain>(0).Plan(request, cancellationToken).WaitAsync(cancellationToken);
        return planned.Outline is { } outline
            ? new GridRun(grains, request, outline)
            : throw MistakeOf(planned.Refusal!);
    }

    public async IAsyncEnumerable<DrawnBatch> Draw(
        IProgress<JobProgress> progress, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var isOver = false;
        try
        {
            if (await _job.Submit(_request, cancellationToken).WaitAsync(cancellationToken) is { } refusal)
                throw MistakeOf(refusal);
            var (batches, samples) = (0, 0);
            await foreach (var step in _job.Watch(cancellationToken))
            {
                progress.Report(step);
                if (step.FirstSample == samples)
                    continue;

                // Another batch is swept, so those before it are done.
                foreach (var report in (await _job.Status()).Batches.Skip(batches))
                {
                    yield return await Fetch(report, cancellationToken);
                    (batches, samples) = (batches + 1, report.FirstSample + report.Samples);
                }
            }

            var status = await _job.Status();
            isOver = status.State.IsFinal();
            ThrowUnlessSucceeded(status);
            foreach (var report in status.Batches.Skip(batches))
                yield return await Fetch(report, cancellationToken);
        }
        finally
        {
            if (!isOver)
                await Cancel();
        }
    }

    private async Task<DrawnBatch> Fetch(BatchReport report, CancellationToken cancellationToken)
    {
        var values = new float[report.Samples * Outline.Elements];
        for (var fetched = 0; fetched < values.Length;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var part = await _job.Fetch(report.FirstSample + (fetched / Outline.Elements));
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
            await _job.Cancel();
        }
        catch (Exception e) when (e is OrleansException or TimeoutException)
        {
            // What ended the run is what the user is told.
        }
    }

    private static void ThrowUnlessSucceeded(JobStatus status)
    {
        switch (status.State)
        {
            case JobState.Succeeded:
                return;
            case JobState.Cancelled:
                throw new OperationCanceledException("the job was cancelled");
            case JobState.Failed:
                throw new SamplingFailedException(status.Error!);
            default:
                throw new SamplingFailedException("the job's record was lost");
        }
    }

    private static Exception MistakeOf(Refusal refusal) => refusal.Option is { } option
        ? new InvalidOptionException(option, refusal.Reason)
        : new ModelFormatException(refusal.Reason);
}
