using OrleansDiffusion.Contracts.Jobs;
using OrleansDiffusion.Silo.Tests.Fixtures;

namespace OrleansDiffusion.Silo.Tests.Equality;

/// <summary>At tolerance 0 the samples are the sequential sampler's, however the points lie over nodes and silos.</summary>
public sealed class ExactTests(Grids grids)
{
    // Two blocks that nothing divides.
    private static readonly SamplingRequest Exact = new()
    {
        Model = TestModels.Mixture, Count = 1, Steps = 37, BlockSteps = 23, Seed = 7, Tolerance = 0,
    };

    public static TheoryData<int, int, string, int> Splits()
    {
        string[] linearizations = ["secant", "data", "drift", "score"];
        var splits = new TheoryData<int, int, string, int>();
        var row = 0;
        foreach (var silos in new[] { 1, 2, 3, 4 })
        {
            foreach (var nodes in new[] { 1, 2, 3, 8 })
            {
                splits.Add(silos, nodes, linearizations[(silos + row) % 4], row % 2 == 0 ? 1 : 16);
                splits.Add(silos, nodes, linearizations[(silos + row + 2) % 4], row % 2 == 0 ? 16 : 1);
                row++;
            }
        }

        return splits;
    }

    [Theory]
    [MemberData(nameof(Splits))]
    public async Task Every_linearisation_split_and_batch(int silos, int nodes, string linearization, int samples)
    {
        var grid = await grids.Of(silos);
        var request = Exact with
        {
            PointsPerNode = (23 + nodes - 1) / nodes, Linearization = linearization, Count = samples,
        };

        var job = await grid.Run(request);

        Expected.IsSequential(job, request);
        Assert.Equal(silos, job.Batch.Silos);
        Assert.Equal(0, job.Batch.Recoveries);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 1)]
    [InlineData(3, 1)]
    [InlineData(3, 2)]
    [InlineData(4, 3)]
    [InlineData(3, 4)]
    public async Task A_point_a_node_whatever_the_lookahead(int silos, int lookahead)
    {
        var grid = await grids.Of(silos);
        var request = Exact with { PointsPerNode = 1, BlockSteps = 8, Lookahead = lookahead, Count = 3 };

        Expected.IsSequential(await grid.Run(request), request);
    }

    [Theory]
    [InlineData(1, 3, 1)]
    [InlineData(2, 1, 8)]
    [InlineData(3, 8, 4)]
    public async Task Scouts_whatever_the_nodes(int silos, int pointsPerNode, int scouts)
    {
        var grid = await grids.Of(silos);
        var request = Exact with { PointsPerNode = pointsPerNode, BlockSteps = 8, Lookahead = 2, Scouts = scouts, Count = 3 };

        Expected.IsSequential(await grid.Run(request), request);
    }

    // 3 silos: blocks are split over them at a lookahead of 1 and 2, and go to them in turn at 4.
    public static TheoryData<string, double, int, string, int> Samplers()
    {
        var samplers = new TheoryData<string, double, int, string, int>();
        foreach (var lookahead in new[] { 1, 2, 4 })
        {
            foreach (var start in new[] { "rolled", "copied" })
            {
                samplers.Add("ddpm", 0, 0, start, lookahead);
                samplers.Add("ddim", 0.5, 0, start, lookahead);
                samplers.Add("dpm++2m", 0, 0, start, lookahead);
                samplers.Add("piadm-sde", 0, 0, start, lookahead);
                samplers.Add("piadm-ode", 0, 64, start, lookahead);
            }
        }

        return samplers;
    }

    [Theory]
    [MemberData(nameof(Samplers))]
    public async Task Every_sampler_start_and_layout(
        string sampler, double eta, int correctorSteps, string start, int lookahead)
    {
        var grid = await grids.Of(3);
        var request = new SamplingRequest
        {
            Model = TestModels.Mixture, Count = 3, Seed = 11, Tolerance = 0, Sampler = sampler, Eta = eta, Start = start,
            CorrectorSteps = correctorSteps, Lookahead = lookahead, PointsPerNode = correctorSteps > 0 ? 9 : 2,
        };
        request = sampler.StartsWith("piadm", StringComparison.Ordinal)
            ? request with { Horizon = 3, BlockLength = 0.75, Step = 0.15, EarlyStop = 0.05 }
            : request with { Steps = 26, BlockSteps = 7 };

        Expected.IsSequential(await grid.Run(request), request);
    }

    [Fact]
    public async Task Samples_do_not_depend_on_the_batches_they_are_drawn_in()
    {
        var grid = await grids.Of(2);
        var request = Exact with { Count = 5, Batch = 2 };

        var job = await grid.Run(request);

        Expected.IsSequential(job, request);
        Assert.Equal([0, 2, 4], job.Status.Batches.Select(batch => batch.FirstSample));
        Assert.Equal([2, 2, 1], job.Status.Batches.Select(batch => batch.Samples));
    }
}
