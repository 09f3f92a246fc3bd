using OrleansDiffusion.Contracts.Jobs;
using OrleansDiffusion.Silo.Tests.Fixtures;

namespace OrleansDiffusion.Silo.Tests;

/// <summary>Ten thousand grains leave others no time.</summary>
[Collection(typeof(Alone))]
public sealed class LargeGridTests(Grids grids)
{
    [Fact]
    public async Task Ten_thousand_points_one_a_node_come_to_the_sequential_sample()
    {
        var grid = await grids.Of(2);
        var request = new SamplingRequest
        {
            Model = TestModels.Mixture, Count = 1, Sampler = "piadm-ode", Horizon = 8, BlockLength = 8, EarlyStop = 1e-3,
            Step = 8.0 / 10_000, PointsPerNode = 1, Tolerance = 1e-2,
        };

        var job = await grid.Run(request);

        Assert.True(job.Status.Outline!.Steps >= 10_000);
        Assert.Equal(1, job.Status.Outline.PointsPerNode);
        Expected.IsSequential(job, request, within: 1e-2);
        await grid.IsFree();
    }

    [CollectionDefinition(DisableParallelization = true)]
    public sealed class Alone;
}
