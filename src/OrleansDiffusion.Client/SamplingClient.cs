using System.Runtime.CompilerServices;
using OrleansDiffusion.Contracts.Jobs;
using OrleansDiffusion.Contracts.Silos;

namespace OrleansDiffusion.Client;

/// <summary>What is the same whatever carries the calls.</summary>
public abstract class SamplingClient : ISamplingClient
{
    private const int JobsOfPage = 100;

    private protected SamplingClient()
    {
    }

    /// <inheritdoc/>
    public abstract Task<JobOutline> PlanAsync(SamplingRequest request, CancellationToken cancellationToken = default);

    /// <inheritdoc/>
    public abstract Task SubmitAsync(string jobId, SamplingRequest request, CancellationToken cancellationToken = default);

    /// <inheritdoc/>
    public abstract Task<JobStatus> GetAsync(string jobId, CancellationToken cancellationToken = default);

    /// <inheritdoc/>
    public async IAsyncEnumerable<JobSummary> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        string? below = null;
        do
        {
            var page = await GetPageAsync(below, JobsOfPage, cancellationToken);
            foreach (var job in page.Jobs)
                yield return job;
            below = page.Next;
        }
        while (below is not null);
    }

    /// <inheritdoc/>
    public abstract Task<JobPage> GetPageAsync(string? below, int most, CancellationToken cancellationToken = default);

    /// <inheritdoc/>
    public abstract Task<JobStatus> CancelAsync(string jobId, CancellationToken cancellationToken = default);

    /// <inheritdoc/>
    public abstract IAsyncEnumerable<JobProgress> WatchAsync(string jobId, CancellationToken cancellationToken = default);

    /// <inheritdoc/>
    public async IAsyncEnumerable<Sample> SamplesAsync(
        string jobId, int first = 0, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(first);
        var next = first;
        while (true)
        {
            var status = await GetAsync(jobId, cancellationToken);
            while (next < status.Done && await Fetch(status, next, cancellationToken) is { } part)
            {
                foreach (var sample in part)
                    yield return sample;
                next += part.Count;
            }

            if (status.State == JobState.Succeeded && next >= status.Done)
                yield break;
            if (status.State.IsFinal())
            {
                throw next < status.Done
                    ? new SamplingClientException($"sample {next} of job {jobId} is not kept any more")
                    : new JobFailedException(status);
            }

            await WhenDone(jobId, next, cancellationToken);
        }
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<SamplePreview>> PreviewAsync(
        string jobId, int most = 64, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(most);
        var status = await GetAsync(jobId, cancellationToken);
        return status.State == JobState.Running ? await Preview(status, most, cancellationToken) : [];
    }

    /// <inheritdoc/>
    public abstract Task<IReadOnlyList<ModelSummary>> GetModelsAsync(CancellationToken cancellationToken = default);

    /// <inheritdoc/>
    public abstract Task<IReadOnlyList<SiloSummary>> GetSilosAsync(CancellationToken cancellationToken = default);

    /// <summary>Samples of batches that are done, in their order, as many as one call brings.</summary>
    /// <param name="status">The job's record.</param>
    /// <param name="first">The first one, below <see cref="JobStatus.Done"/>.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>One or more of them; null where they are not kept any more.</returns>
    private protected abstract Task<IReadOnlyList<Sample>?> Fetch(
        JobStatus status, int first, CancellationToken cancellationToken);

    /// <summary>What samples look like that are under way.</summary>
    /// <param name="status">The job's record; it is running.</param>
    /// <param name="most">How many at most, positive.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    private protected abstract Task<IReadOnlyList<SamplePreview>> Preview(
        JobStatus status, int most, CancellationToken cancellationToken);

    /// <summary>Samples out of the bytes of some, little-endian float32.</summary>
    private protected static IReadOnlyList<Sample> SamplesIn(ReadOnlyMemory<float> values, JobOutline outline, int first) =>
        [.. Enumerable.Range(0, values.Length / outline.Elements)
            .Select(i => new Sample(first + i, outline.Shape, values.Slice(i * outline.Elements, outline.Elements)))];

    // Until the batch of a sample is done, or there will be none any more.
    private async Task WhenDone(string jobId, int sample, CancellationToken cancellationToken)
    {
        await foreach (var progress in WatchAsync(jobId, cancellationToken))
        {
            if (progress.State.IsFinal() || progress.FirstSample > sample)
                return;
        }
    }
}
