using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using OrleansDiffusion.Contracts.Jobs;
using OrleansDiffusion.Models;
using OrleansDiffusion.Nodes.Planning;
using OrleansDiffusion.Sampling.Picard;

namespace OrleansDiffusion.Silo.Tests;

public sealed class EmbeddedGridTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_job_comes_out_as_in_process(int silos)
    {
        await using var grid = await EmbeddedGrid.Start(
            silos, cancellationToken: TestContext.Current.CancellationToken);
        var request = new SamplingRequest
        {
            Model = Path.Combine(AppContext.BaseDirectory, "Golden", "mixture-a.json"), Count = 4, Steps = 100, Seed = 3,
        };

        var job = await GridJob.Run(grid.Grains, request);

        Assert.Equal(JobState.Succeeded, job.Status.State);
        using var model = Catalogue.Open(request.Model);
        var plan = SamplingPlan.For(request, model);
        using var expected = new PicardSampler(model.Denoiser, plan.Timeline, plan.Picard).Sample(3, 0, 4, cancellationToken: TestContext.Current.CancellationToken);
        var distance = TensorPrimitives.Distance(MemoryMarshal.Cast<byte, float>(expected.Samples.bytes), job.Samples)
            / Math.Sqrt(job.Samples.Length);
        Assert.True(distance < 1e-3, $"RMS distance {distance}");
        Assert.Equal(expected.Rounds, job.Batch.Rounds);
    }
}
