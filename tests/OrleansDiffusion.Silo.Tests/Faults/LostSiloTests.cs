using OrleansDiffusion.Contracts.Jobs;
using OrleansDiffusion.Contracts.Sweeps;
using OrleansDiffusion.Silo.Tests.Fixtures;

namespace OrleansDiffusion.Silo.Tests.Faults;

public sealed class LostSiloTests
{
    // Job and supervisor are on silo 0, which holds no time-nodes; what they know would be lost with it.
    [Fact]
    public async Task Silo_that_dies_costs_sweeps_and_no_sample_and_its_nodes_go_to_the_others()
    {
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var killed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var grid = await TestGrid.Start(4, new TestGridOptions
        {
            Exchange = ExchangeKind.DirectCalls,
            Devices = silo => silo == 0 ? null : "cpu",
            Wrap = (exchange, _) => new AlteredExchange(exchange)
            {
                // Between two sweeps; no model is being called.
                Before = message =>
                {
                    if (message is not Go { Epoch: 1, Sweep: 5 })
                        return Task.CompletedTask;
                    reached.TrySetResult();
                    return killed.Task;
                },
            },
        });
        var request = new SamplingRequest
        {
            Model = TestModels.Mixture, Count = 2, Steps = 44, BlockSteps = 11, PointsPerNode = 1, Tolerance = 0,
        };
        var id = await grid.JobOn(0);
        var running = GridJob.Run(grid.GrainsFrom(0), request, id);
        await reached.Task.WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);

        await grid.Kill(grid.Silo(2));
        killed.SetResult();
        var job = await running;

        Expected.IsSequential(job, request);
        Assert.NotEqual(0, job.Batch.Recoveries);
        Assert.Equal(2, job.Batch.Silos);
        await grid.IsFree();
    }
}
