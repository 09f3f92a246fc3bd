using OrleansDiffusion.Contracts.Jobs;
using OrleansDiffusion.Models;
using OrleansDiffusion.Silo.Tests.Fixtures;

namespace OrleansDiffusion.Silo.Tests.Faults;

public sealed class LostSiloTests
{
    // Job and supervisor are on silo 0, which holds no time-nodes; what they know would be lost with it.
    [Fact]
    public async Task Silo_that_dies_costs_sweeps_and_no_sample_and_its_nodes_go_to_the_others()
    {
        await using var grid = await TestGrid.Start(4, new TestGridOptions
        {
            Transport = Transport.DirectCalls, Devices = silo => silo == 0 ? null : "cpu",
        });
        using var gate = new Gate();
        var calls = 0;
        var denoiser = new WatchedDenoiser(Catalogue.Open(TestModels.Mixture).Denoiser)
        {
            Before = (_, _) =>
            {
                if (Interlocked.Increment(ref calls) == 12)
                    gate.Pass();
            },
        };
        var request = new SamplingRequest
        {
            Model = grid.Models.Add(denoiser), Count = 2, Steps = 44, BlockSteps = 11, PointsPerNode = 1, Tolerance = 0,
        };
        var id = await grid.JobOn(0);
        var running = GridJob.Run(grid.Grains, request, id);
        await gate.EnteredBy(running);

        await grid.Kill(grid.Silo(2));
        gate.Open();
        var job = await running;

        Expected.IsSequential(job, request, grid.Models);
        Assert.InRange(job.Batch.Recoveries, 1, 5);
        Assert.Equal(2, job.Batch.Silos);
        await grid.IsFree();
    }
}
