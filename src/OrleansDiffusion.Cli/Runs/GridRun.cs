using System.Runtime.CompilerServices;
using OrleansDiffusion.Client;
using OrleansDiffusion.Client.Cluster;
using OrleansDiffusion.Contracts.Jobs;
using Polly;

namespace OrleansDiffusion.Cli.Runs;

/// <summary>Samples as a job of a grid: submits it, watches it, and fetches what is done.</summary>
internal sealed class GridRun : ISamplingRun
{
    private static readonly TimeSpan LongestCancel = TimeSpan.FromSeconds(30);

    private readonly ISamplingClient _client;
    private readonly SamplingRequest _request;
    private readonly bool _isKept;
    private readonly bool _isSubmitted;

    private GridRun(ISamplingClient client, SamplingRequest request, JobOutline outline, string? kept, bool isSubmitted = false)
    {
        (JobId, _isKept, _isSubmitted) = (kept ?? NewJobId(), kept is not null, isSubmitted);
        _client = client;
        _request = request;
        Outline = outline;
    }

    public string JobId { get; }

    public JobOutline Outline { get; }

    /// <summary>What was asked for.</summary>
    public SamplingRequest Request => _request;

    /// <summary>Has a request planned by the grid.</summary>
    /// <param name="client">Reaches the grid.</param>
    /// <param name="request">What is asked for.</param>
    /// <param name="kept">The id of a job that is not cancelled when the run ends before; null for one of its own.</param>
    /// <param name="cancellationToken">Ends the planning.</param>
    /// <exception cref="RequestRefusedException">The request cannot be run.</exception>
    public static async Task<GridRun> PlanBy(
        ISamplingClient client, SamplingRequest request, string? kept = null, CancellationToken cancellationToken = default) =>
        new(client, request, await client.PlanAsync(request, cancellationToken), kept);

    /// <summary>The same by way of the grid's grains.</summary>
    /// <param name="grains">The grid's grains.</param>
    /// <param name="request">What is asked for.</param>
    /// <param name="calls">How often calls are made: one of <see cref="GridCalls"/>.</param>
    /// <param name="kept">As above.</param>
    /// <param name="cancellationToken">Ends the planning.</param>
    /// <exception cref="RequestRefusedException">The request cannot be run.</exception>
    public static Task<GridRun> Plan(
        IGrainFactory grains, SamplingRequest request, ResiliencePipeline calls, string? kept = null,
        CancellationToken cancellationToken = default) =>
        PlanBy(new ClusterSamplingClient(grains, calls), request, kept, cancellationToken);

    /// <summary>Goes along with a job that somebody has submitted.</summary>
    /// <param name="client">Reaches the grid.</param>
    /// <param name="jobId">The job.</param>
    /// <param name="cancellationToken">Ends the search for it.</param>
    /// <exception cref="JobNotFoundException">There is no such job.</exception>
    public static async Task<GridRun> Join(ISamplingClient client, string jobId, CancellationToken cancellationToken)
    {
        var status = await client.GetAsync(jobId, cancellationToken);
        return new GridRun(client, status.Request!, status.Outline!, jobId, isSubmitted: true);
    }

    /// <summary>An id that no job has.</summary>
    public static string NewJobId() => JobIds.New();

    public async IAsyncEnumerable<DrawnBatch> Draw(
        IProgress<JobProgress> progress, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var state = JobState.Unknown;
        try
        {
            // Once, unless the job's record is lost with its silo: then the same job again.
            for (var samples = 0; samples < _request.Count;)
            {
                state = JobState.Unknown;
                if (!_isSubmitted)
                    await _client.SubmitAsync(JobId, _request, cancellationToken);
                await foreach (var step in Watch(cancellationToken))
                {
                    state = step.State;
                    progress.Report(step);

                    // Another batch is swept, so those before it are done; in the end all are that will be.
                    while ((state.IsFinal() || step.FirstSample > samples) && await Next(samples, cancellationToken) is { } batch)
                    {
                        yield return batch;
                        samples = batch.Report.FirstSample + batch.Report.Samples;
                    }
                }

                if (state is JobState.Failed or JobState.Cancelled)
                    await ThrowIfFailed(cancellationToken);
            }
        }
        finally
        {
            if (!state.IsFinal() && !_isKept)
                await Cancel();
        }
    }

    // The job's progress, until it is over or its record is lost.
    private async IAsyncEnumerable<JobProgress> Watch([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var steps = _client.WatchAsync(JobId, cancellationToken).GetAsyncEnumerator(cancellationToken);
        while (await Found(async () => await steps.MoveNextAsync()))
            yield return steps.Current;
    }

    // The batch of a sample, from that sample on; null if it is not done, or the job's record was lost.
    private Task<DrawnBatch?> Next(int firstSample, CancellationToken cancellationToken) => Found(async () =>
    {
        var status = await _client.GetAsync(JobId, cancellationToken);
        if (status.Batches.FirstOrDefault(batch => batch.FirstSample + batch.Samples > firstSample) is not { } report)
            return null;
        var count = report.FirstSample + report.Samples - firstSample;
        var values = new float[count * Outline.Elements];
        await foreach (var sample in _client.SamplesAsync(JobId, firstSample, cancellationToken).Take(count))
            sample.Values.CopyTo(values.AsMemory((sample.Index - firstSample) * Outline.Elements));
        return new DrawnBatch(values, report);
    });

    private async Task<T?> Found<T>(Func<Task<T>> call)
    {
        try
        {
            return await call();
        }
        catch (JobNotFoundException) when (!_isSubmitted)
        {
            return default;
        }
    }

    private async Task Cancel()
    {
        try
        {
            using var longest = new CancellationTokenSource(LongestCancel);
            await _client.CancelAsync(JobId, longest.Token);
        }
        catch (Exception e) when (e is SamplingClientException or OperationCanceledException)
        {
            // What ended the run is what the user is told.
        }
    }

    private async Task ThrowIfFailed(CancellationToken cancellationToken)
    {
        var status = await Found(() => _client.GetAsync(JobId, cancellationToken));
        if (status?.State == JobState.Cancelled)
            throw new OperationCanceledException("the job was cancelled");
        if (status?.State == JobState.Failed)
            throw new SamplingFailedException(status.Error!);
    }
}
