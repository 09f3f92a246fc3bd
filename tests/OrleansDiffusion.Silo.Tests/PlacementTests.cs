using OrleansDiffusion.Contracts.Jobs;
using OrleansDiffusion.Contracts.Keys;
using OrleansDiffusion.Contracts.Sweeps;
using OrleansDiffusion.Grid.Planning;
using OrleansDiffusion.Models;
using OrleansDiffusion.Grid.Placement;
using OrleansDiffusion.Silo.Tests.Fixtures;
using Orleans.Runtime.Placement;

namespace OrleansDiffusion.Silo.Tests;

public sealed class PlacementTests
{
    private static readonly SamplingRequest Request = new()
    {
        Model = "", Count = 1, Steps = 33, BlockSteps = 11, PointsPerNode = 1, Tolerance = 0,
    };

    // 11 nodes over shares of 1, 2 and 1 in a lookahead of 1 and 2; blocks in turn in one of 4.
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    public async Task Nodes_live_with_their_slice_and_slices_are_weighed_by_devices(int lookahead)
    {
        await using var grid = await TestGrid.Start(3, new TestGridOptions
        {
            Devices = silo => silo == 1 ? "emulated:0ms, emulated:0ms" : "cpu",
        });
        using var gate = new Gate();
        var denoiser = new WatchedDenoiser(Catalogue.Open(TestModels.Mixture).Denoiser) { Before = (_, _) => gate.Pass() };
        var request = Request with { Model = grid.Models.Add(denoiser), Lookahead = lookahead };
        var job = grid.Grains.GetGrain<ISamplingJobGrain>("placed");
        await job.Submit(request, TestContext.Current.CancellationToken);
        await gate.Entered;

        var batch = new BatchKey("placed", 0);
        var silos = grid.Silos.Select(silo => silo.SiloAddress).Order().ToList();
        var doubled = silos.IndexOf(grid.Silo(1).SiloAddress);
        var layout = new NodeLayout([11, 11, 11], 1, lookahead, [.. silos.Select((_, i) => i == doubled ? 2 : 1)]);
        for (var slice = 0; slice < 3; slice++)
        {
            Assert.Equal(
                silos[slice], await grid.SiloOf(grid.Grains.GetGrain<ISliceGrain>(new SliceKey(batch, 1, slice, 3).ToString())));
            var (first, count) = layout.Run(0, slice);
            for (var node = first; node < first + count; node++)
            {
                Assert.Equal(
                    silos[slice],
                    await grid.SiloOf(grid.Grains.GetGrain<ITimeNodeGrain>(new NodeKey(batch, 1, 0, node, 11).ToString())));
            }
        }

        gate.Open();
        await job.Cancel();
    }

    [Fact]
    public async Task Silo_without_devices_holds_no_time_nodes()
    {
        await using var grid = await TestGrid.Start(2, new TestGridOptions { Devices = silo => silo == 0 ? null : "cpu" });
        using var gate = new Gate();
        var calls = 0;
        var denoiser = new WatchedDenoiser(Catalogue.Open(TestModels.Mixture).Denoiser)
        {
            Before = (_, _) =>
            {
                if (++calls == 3)
                    gate.Pass();
            },
        };
        var request = Request with { Model = grid.Models.Add(denoiser) };
        var running = GridJob.Run(grid.Grains, request, await grid.JobOn(0));
        await gate.EnteredBy(running);

        var nodes = await grid.ActiveIn("OrleansDiffusion.Nodes");
        gate.Open();
        var job = await running;

        Assert.Contains(nodes, type => type.GrainType.Contains("TimeNodeGrain", StringComparison.Ordinal));
        Assert.All(nodes, type => Assert.Equal(grid.Silo(1).SiloAddress, type.SiloAddress));
        Expected.IsSequential(job, request, grid.Models);
        Assert.Equal(1, job.Batch.Silos);
    }

    [Fact]
    public async Task Job_without_a_silo_that_holds_time_nodes_is_not_accepted()
    {
        await using var grid = await TestGrid.Start(1, new TestGridOptions { Devices = _ => null });

        await Assert.ThrowsAnyAsync<Exception>(() => grid.Run(Request with { Model = TestModels.Mixture }));
    }

    [Theory]
    [InlineData(8, 3, new[] { 0, 0, 0, 1, 1, 1, 2, 2 })]
    [InlineData(4, 4, new[] { 0, 1, 2, 3 })]
    [InlineData(2, 3, new[] { 0, 1 })]
    public async Task Without_a_hint_shares_are_split_contiguously_over_the_silos(int nodes, int silos, int[] expected)
    {
        var context = new Context([.. Enumerable.Range(0, silos).Select(Silo)]);

        var placed = new List<int>();
        for (var node = 0; node < nodes; node++)
            placed.Add(context.Silos.IndexOf(await Place(context, new NodeKey(new BatchKey("job", 0), 1, 5, node, nodes).ToString())));

        Assert.Equal(expected, placed);
    }

    [Fact]
    public async Task Slices_are_placed_by_their_share_and_a_hint_goes_first_while_its_silo_is_there()
    {
        var context = new Context([Silo(2), Silo(0), Silo(1)]); // whatever the order they are given in
        var key = new SliceKey(new BatchKey("job", 0), 1, 2, 3).ToString();

        Assert.Equal(Silo(2), await Place(context, key));
        Assert.Equal(Silo(1), await Place(context, key, hint: Silo(1)));
        Assert.Equal(Silo(2), await Place(context, key, hint: Silo(7)));
    }

    private static SiloAddress Silo(int number) => SiloAddress.New(System.Net.IPAddress.Loopback, 1000 + number, 1);

    private static Task<SiloAddress> Place(Context context, string key, SiloAddress? hint = null)
    {
        var data = new Dictionary<string, object>();
        if (hint is not null)
            data[IPlacementDirector.PlacementHintKey] = hint;
        var target = new PlacementTarget(GrainId.Create("odiff.node", key), data, default, 0);
        return new TimelinePlacementDirector().OnAddActivation(new TimelinePlacement(), target, context);
    }

    private sealed class Context(List<SiloAddress> silos) : IPlacementContext
    {
        public List<SiloAddress> Silos => silos;

        public SiloAddress LocalSilo => silos[0];

        public SiloStatus LocalSiloStatus => SiloStatus.Active;

        public SiloAddress[] GetCompatibleSilos(PlacementTarget target) => [.. silos];

        public IReadOnlyDictionary<ushort, SiloAddress[]> GetCompatibleSilosWithVersions(PlacementTarget target) =>
            throw new NotSupportedException();
    }
}
