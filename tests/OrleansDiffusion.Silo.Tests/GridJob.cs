using System.Runtime.InteropServices;
using OrleansDiffusion.Contracts.Jobs;
using OrleansDiffusion.Silo.Tests.Fixtures;

namespace OrleansDiffusion.Silo.Tests;

/// <summary>A job that is run on a grid to its end.</summary>
/// <param name="Status">Its record.</param>
/// <param name="Samples">[count × elements], where it succeeded.</param>
/// <param name="Progress">What was heard of it.</param>
internal sealed record GridJob(JobStatus Status, float[] Samples, IReadOnlyList<JobProgress> Progress)
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(2);

    public BatchReport Batch => Assert.Single(Status.Batches);

    public static async Task<GridJob> Run(IGrainFactory grains, SamplingRequest request, string? id = null)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(Deadline);
        var job = grains.GetGrain<ISamplingJobGrain>(id ?? Guid.NewGuid().ToString("N"));
        Assert.Null(await Answered.Call(() => job.Submit(request, deadline.Token)));
        var progress = await Answered.Call(() => job.Watch(deadline.Token).ToListAsync(deadline.Token).AsTask());
        var status = await Answered.Call(job.Status);
        return new GridJob(
            status, status.State == JobState.Succeeded ? await Fetch(job, request.Count) : [], progress);
    }

    private static async Task<float[]> Fetch(ISamplingJobGrain job, int count)
    {
        var samples = new List<float>();
        var elements = (await Answered.Call(job.Status)).Outline!.Elements;
        while (samples.Count < count * elements)
        {
            var page = await Answered.Call(() => job.Fetch(samples.Count / elements));
            samples.AddRange(MemoryMarshal.Cast<byte, float>(page.Values));
        }

        return [.. samples];
    }
}
