using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using OrleansDiffusion.Contracts;
using OrleansDiffusion.Contracts.Jobs;
using OrleansDiffusion.Contracts.Keys;
using OrleansDiffusion.Contracts.Silos;
using OrleansDiffusion.Contracts.Sweeps;
using Polly;

namespace OrleansDiffusion.Client.Cluster;

/// <summary>Reaches jobs through the grains of a cluster, from an Orleans client or within a silo.</summary>
/// <param name="grains">The cluster's grains.</param>
/// <param name="calls">How calls are made, all of which may be made twice: <see cref="SamplingCalls.Again"/>.</param>
public sealed partial class ClusterSamplingClient(IGrainFactory grains, ResiliencePipeline calls) : SamplingClient
{
    private const string Who = "the cluster";
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    /// <inheritdoc/>
    public override async Task<JobOutline> PlanAsync(SamplingRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        var planned = await calls.Make(Who, token => OfTimeNodes<IPlannerGrain>().Plan(request, token), cancellationToken);
        return planned.Outline ?? throw new RequestRefusedException(planned.Refusal!);
    }

    /// <inheritdoc/>
    public override async Task SubmitAsync(
        string jobId, SamplingRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        var job = JobOf(jobId);
        TraceContext.Send();
        var refusal = await calls.Make(
            Who,
            async token => await job.Submit(request, token) is { } answer
                ? answer.RetryAfter is { } wait ? throw new BusyException(answer.Reason, wait) : answer
                : null,
            cancellationToken);
        if (refusal is not null)
            throw new RequestRefusedException(refusal);
    }

    /// <inheritdoc/>
    public override async Task<JobStatus> GetAsync(string jobId, CancellationToken cancellationToken = default)
    {
        var job = JobOf(jobId);
        var status = await calls.Make(Who, _ => job.Status(), cancellationToken);
        return status.State == JobState.Unknown ? throw new JobNotFoundException(jobId) : status;
    }

    /// <inheritdoc/>
    public override Task<JobPage> GetPageAsync(string? below, int most, CancellationToken cancellationToken = default)
    {
        var index = grains.GetGrain<IJobIndexGrain>(0);
        return calls.Make(Who, token => index.List(below, most, token), cancellationToken);
    }

    /// <inheritdoc/>
    public override async Task<JobStatus> CancelAsync(string jobId, CancellationToken cancellationToken = default)
    {
        var job = JobOf(jobId);
        await calls.Make(Who, _ => Done(job.Cancel()), cancellationToken);
        return await GetAsync(jobId, cancellationToken);
    }

    /// <inheritdoc/>
    public override async IAsyncEnumerable<JobProgress> WatchAsync(
        string jobId, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        JobProgress? last = null, end = null;
        while (true)
        {
            await foreach (var progress in Heard(jobId, cancellationToken))
            {
                // The end is told below, where it is known for sure.
                if (progress.State.IsFinal())
                    end = progress;
                else if (progress != last)
                    yield return last = progress;
            }

            var status = await GetAsync(jobId, cancellationToken);
            if (status.State.IsFinal())
            {
                yield return end?.State == status.State ? end : EndOf(status);
                yield break;
            }

            await Task.Delay(Pause, cancellationToken);
        }
    }

    /// <inheritdoc/>
    public override Task<IReadOnlyList<ModelSummary>> GetModelsAsync(CancellationToken cancellationToken = default) =>
        calls.Make<IReadOnlyList<ModelSummary>>(
            Who, async token => await OfTimeNodes<ICatalogueGrain>().Models(token), cancellationToken);

    /// <inheritdoc/>
    public override async Task<IReadOnlyList<SiloSummary>> GetSilosAsync(CancellationToken cancellationToken = default)
    {
        var index = grains.GetGrain<ISiloIndexGrain>(0);
        return await calls.Make(Who, token => index.List(token), cancellationToken);
    }

    private protected override async Task<IReadOnlyList<Sample>?> Fetch(
        JobStatus status, int first, CancellationToken cancellationToken)
    {
        var job = JobOf(status.JobId);
        try
        {
            var part = await calls.Make(Who, _ => job.Fetch(first), cancellationToken);
            return SamplesIn(MemoryMarshal.Cast<byte, float>(part.Values).ToArray(), status.Outline!, first);
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    private protected override async Task<IReadOnlyList<SamplePreview>> Preview(
        JobStatus status, int most, CancellationToken cancellationToken)
    {
        var batch = new BatchKey(status.JobId, status.Batches.Length); // batches are walked one after the other
        var supervisor = grains.GetGrain<IBlockSupervisorGrain>(batch.ToString());
        if (await calls.Make(Who, _ => supervisor.Preview(most), cancellationToken) is not { } preview)
            return [];
        var outline = status.Outline!;
        var values = MemoryMarshal.Cast<byte, float>(preview.Values).ToArray();
        return
        [
            .. SamplesIn(values, outline, preview.FirstSample).Zip(preview.Done, (estimate, blocks) =>
                new SamplePreview(estimate, (double)outline.StepsOfBlocks.Take(blocks).Sum() / outline.Steps)),
        ];
    }

    // What the job's grain says, until it ends or its silo does not answer any more.
    private async IAsyncEnumerable<JobProgress> Heard(
        string jobId, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var steps = JobOf(jobId).Watch(cancellationToken).GetAsyncEnumerator(cancellationToken);
        while (await HasNext())
            yield return steps.Current;

        async Task<bool> HasNext()
        {
            try
            {
                return await steps.MoveNextAsync();
            }
            catch (Exception e) when (SamplingCalls.IsPassing(e, cancellationToken))
            {
                return false;
            }
        }
    }

    private ISamplingJobGrain JobOf(string jobId)
    {
        ArgumentException.ThrowIfNullOrEmpty(jobId);
        return grains.GetGrain<ISamplingJobGrain>(jobId);
    }

    // Of silos that all have just started, those that hold time-nodes may be known later than others.
    private T OfTimeNodes<T>()
        where T : IGrainWithIntegerKey
    {
        try
        {
            return grains.GetGrain<T>(0);
        }
        catch (ArgumentException e)
        {
            throw new OrleansException("no silo is known that holds time-nodes", e);
        }
    }

    // Where nothing was heard of the last sweep.
    private static JobProgress EndOf(JobStatus status)
    {
        var blocks = status.Outline!.StepsOfBlocks.Length;
        var isDone = status.State == JobState.Succeeded;
        var last = isDone ? status.Batches[^1] : null;
        return new JobProgress(
            status.State, last?.FirstSample ?? status.Done, last?.Rounds ?? 0, isDone ? blocks - 1 : 0, blocks, Active: 0,
            Update: 0, Done: isDone ? 1 : 0);
    }

    private static async Task<bool> Done(Task task)
    {
        await task;
        return true;
    }
}
