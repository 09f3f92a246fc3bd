using OrleansDiffusion.Contracts.Jobs;
using OrleansDiffusion.Silo.Tests.Fixtures;

namespace OrleansDiffusion.Silo.Tests.Equality;

/// <summary>The grid makes the sweeps that one process makes, and stops where it stops.</summary>
public sealed class InProcessTests(Grids grids)
{
    private static readonly SamplingRequest Usual = new()
    {
        Model = TestModels.Mixture, Count = 16, Steps = 60, BlockSteps = 10, Seed = 5,
    };

    [Theory]
    [InlineData(2, 1)]
    [InlineData(3, 3)]
    public async Task Samples_of_a_batch_come_to_rest_at_different_sweeps(int silos, int lookahead)
    {
        var grid = await grids.Of(silos);
        var request = Usual with { Lookahead = lookahead };
        var (samples, result, progress) = Expected.InProcess(request);

        var job = await grid.Run(request);

        Assert.Contains(progress, sweep => sweep.Active is > 0 and < 16);
        Assert.True(Expected.Distance(samples, job.Samples) < 1e-3);
        Assert.Equal(result.Rounds, job.Batch.Rounds);
        Assert.Equal(result.SweepsPerBlock, job.Batch.SweepsPerBlock);
        Assert.Equal(1, job.Progress[^1].Done);
    }

    // A block is one node here as it is there, so that scouts ask at the same points.
    [Fact]
    public async Task Scouts_ask_where_one_process_asks()
    {
        var grid = await grids.Of(2);
        var request = Usual with { Sampler = "ddim", Lookahead = 2, Scouts = 4, PointsPerNode = 10 };
        var (samples, result, _) = Expected.InProcess(request);

        var job = await grid.Run(request);

        Assert.True(Expected.Distance(samples, job.Samples) < 1e-5);
        Assert.Equal(result.Rounds, job.Batch.Rounds);
        Assert.Equal(result.SweepsPerBlock, job.Batch.SweepsPerBlock);
        Assert.InRange(job.Batch.Evaluations, 0.99 * result.Evaluations, 1.01 * result.Evaluations); // rounding moves points too
        Assert.True(job.Batch.Evaluations < (await grid.Run(request with { Lookahead = 6, Scouts = 0 })).Batch.Evaluations);
    }

    [Fact]
    public async Task A_block_is_left_after_the_sweeps_it_may_take()
    {
        var grid = await grids.Of(2);
        var request = Usual with { MaxSweeps = 2, Tolerance = 0, Linearization = "data", PointsPerNode = 3 };
        var (samples, result, _) = Expected.InProcess(request);

        var job = await grid.Run(request);

        Assert.Equal(result.SweepsPerBlock, job.Batch.SweepsPerBlock);
        Assert.True(Expected.Distance(samples, job.Samples) < 1e-5);
        Assert.True(Expected.Distance(Expected.Sequential(request), job.Samples) > 1e-4);
    }

    [Fact]
    public async Task A_network_is_given_its_labels_and_guidance()
    {
        var grid = await grids.Of(2);
        var request = new SamplingRequest
        {
            Model = "digits", Count = 3, Sampler = "ddim", Steps = 4, BlockSteps = 2, Labels = [3, 8], Guidance = 2, Seed = 2,
            Tolerance = 0,
        };

        var job = await grid.Run(request);

        Expected.IsSequential(job, request, within: 1e-4);
        var other = request with { Labels = [8, 3] };
        Assert.True(Expected.Distance(Expected.Sequential(other), job.Samples) > 0.1);
    }
}
