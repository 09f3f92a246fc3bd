using OrleansDiffusion.Contracts.Jobs;
using OrleansDiffusion.Models;
using OrleansDiffusion.Silo.Tests.Fixtures;

namespace OrleansDiffusion.Silo.Tests;

public sealed class BatchingTests(Grids grids)
{
    private static readonly SamplingRequest EightNodes = new()
    {
        Model = "", Count = 4, Steps = 64, BlockSteps = 64, PointsPerNode = 8, Seed = 3,
    };

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Eight_nodes_on_a_silo_make_one_model_call_a_sweep(int lookahead)
    {
        var grid = await grids.Of(1);
        var denoiser = new WatchedDenoiser(Catalogue.Open(TestModels.Mixture).Denoiser);
        var request = EightNodes with { Model = grid.Models.Add(denoiser), BlockSteps = 64 / lookahead, Lookahead = lookahead };

        var job = await grid.Run(request);

        Assert.Equal(JobState.Succeeded, job.Status.State);
        Assert.Equal(job.Batch.Rounds, denoiser.Calls.Count);
        Assert.Equal(job.Batch.Rounds, job.Batch.ModelCalls);
        Assert.Equal(64 * 4, denoiser.Calls[0].Rows);
        Assert.Equal(job.Batch.Evaluations, denoiser.Calls.Sum(call => (long)call.Rows));
    }

    [Fact]
    public async Task The_model_is_called_by_its_device_alone_and_never_by_a_thread_of_Orleans()
    {
        var grid = await grids.Of(1);
        var denoiser = new WatchedDenoiser(Catalogue.Open(TestModels.Mixture).Denoiser);

        await grid.Run(EightNodes with { Model = grid.Models.Add(denoiser) });

        Assert.NotEmpty(denoiser.Calls);
        var thread = Assert.Single(denoiser.Calls.Select(call => call.Thread).Distinct());
        Assert.False(thread.IsThreadPoolThread);
        Assert.Equal("device cpu", thread.Name);
    }

    [Fact]
    public async Task Two_devices_of_a_silo_make_a_call_each_and_both_are_counted()
    {
        await using var grid = await TestGrid.Start(
            options: new TestGridOptions { Devices = _ => "emulated:0ms, emulated:0ms", GroupWait = TimeSpan.FromMinutes(1) });
        var denoiser = new WatchedDenoiser(Catalogue.Open(TestModels.Mixture).Denoiser);
        var request = EightNodes with { Model = grid.Models.Add(denoiser), MaxSweeps = 3, Tolerance = 0 };

        var job = await grid.Run(request);

        Assert.Equal(3, job.Batch.Rounds);
        Assert.Equal(6, denoiser.Calls.Count);
        Assert.Equal(6, job.Batch.ModelCalls);
        Assert.Equal(2, denoiser.Calls.Select(call => call.Thread).Distinct().Count());
    }
}
