using System.Collections.Concurrent;
using OrleansDiffusion.Contracts.Jobs;
using OrleansDiffusion.Contracts.Keys;
using OrleansDiffusion.Contracts.Sweeps;
using OrleansDiffusion.Grid.Placement;
using OrleansDiffusion.Models;
using OrleansDiffusion.Silo.Tests.Fixtures;
using OrleansDiffusion.Tests;

namespace OrleansDiffusion.Silo.Tests.Faults;

/// <summary>Messages that come twice, late, out of order, or not at all.</summary>
public sealed class MessageTests(Grids grids)
{
    private static readonly SamplingRequest Request = new()
    {
        Model = TestModels.Mixture, Count = 3, Steps = 30, BlockSteps = 10, PointsPerNode = 3, Lookahead = 2, Tolerance = 0,
    };

    [Theory]
    [InlineData(ExchangeKind.SweepStreams)]
    [InlineData(ExchangeKind.DirectCalls)]
    public async Task Message_that_comes_twice_changes_nothing(ExchangeKind exchange)
    {
        await using var grid = await TestGrid.Start(2, new TestGridOptions
        {
            Exchange = exchange, Wrap = (exchange, _) => new AlteredExchange(exchange) { Times = 2 },
        });

        var job = await grid.Run(Request);

        Expected.IsSequential(job, Request);
        Assert.Equal(0, job.Batch.Recoveries);
        Assert.Equal((await (await grids.Of(2)).Run(Request)).Batch.Rounds, job.Batch.Rounds);
    }

    [Theory]
    [InlineData(ExchangeKind.SweepStreams)]
    [InlineData(ExchangeKind.DirectCalls)]
    public async Task Messages_of_sweeps_that_are_over_change_nothing(ExchangeKind exchange)
    {
        var said = new ConcurrentDictionary<SweepMessage, Func<Task>>(ReferenceEqualityComparer.Instance);
        await using var grid = await TestGrid.Start(2, new TestGridOptions
        {
            Exchange = exchange,
            Wrap = (exchange, _) => new AlteredExchange(exchange)
            {
                // All that was said before is said again with every message that is said for the first time.
                Said = async (message, again) =>
                {
                    var before = said.Values;
                    if (!said.TryAdd(message, again))
                        return;
                    foreach (var earlier in before)
                        await earlier();
                },
            },
        });
        var request = Request with { Steps = 16, BlockSteps = 8 };

        var job = await grid.Run(request);

        Expected.IsSequential(job, request);
        Assert.Equal(0, job.Batch.Recoveries);
    }

    [Theory]
    [InlineData(ExchangeKind.SweepStreams)]
    [InlineData(ExchangeKind.DirectCalls)]
    public async Task Messages_of_an_old_epoch_change_nothing(ExchangeKind exchange)
    {
        var old = new ConcurrentQueue<Func<Task>>();
        var repeated = 0;
        await using var grid = await TestGrid.Start(2, new TestGridOptions
        {
            Exchange = exchange,
            Wrap = (exchange, _) => new AlteredExchange(exchange)
            {
                Said = async (message, again) =>
                {
                    if (message.Epoch == 1)
                    {
                        old.Enqueue(again);
                        return;
                    }

                    foreach (var earlier in old)
                        await Quietly(earlier());
                    repeated++;
                },
            },
        });
        var denoiser = new WatchedDenoiser(Catalogue.Open(TestModels.Mixture).Denoiser)
        {
            Before = (number, _) =>
            {
                if (number == 9)
                    throw new InvalidOperationException("once");
            },
        };
        var request = Request with { Model = grid.Models.Add(denoiser) };

        var job = await grid.Run(request);

        Expected.IsSequential(job, request, grid.Models);
        Assert.Equal(1, job.Batch.Recoveries);
        Assert.NotEqual(0, repeated);

        // Who is gone may be so in the middle of a call.
        static async Task Quietly(Task said) => await said.ConfigureAwait(
            ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
    }

    [Theory]
    [InlineData(nameof(Go))]
    [InlineData(nameof(FoldPhase.Sweep))]
    [InlineData(nameof(Moved))]
    public async Task Message_that_is_lost_costs_a_timeout_and_no_sample(string kind)
    {
        var time = new ManualTime();
        var timeout = TimeSpan.FromMinutes(3);
        var lost = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var grid = await TestGrid.Start(2, new TestGridOptions
        {
            Time = time,
            Grid = options => options.SweepPatience = options.SweepTimeout = timeout,
            Wrap = (exchange, _) => new AlteredExchange(exchange)
            {
                IsLost = message => Kind(message) == kind && message is { Epoch: 1, Sweep: 5 } && lost.TrySetResult(),
            },
        });
        var running = grid.Run(Request);

        await lost.Task.WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
        await time.Armed(timeout);
        time.Advance(timeout);
        var job = await running;

        Expected.IsSequential(job, Request);
        Assert.Equal(1, job.Batch.Recoveries);
        await grid.IsFree();
    }

    // The first sweep of an epoch has all the time that a model takes to be opened. Slice 1 holds the end of the first two
    // blocks, and nothing starts behind it then: a roll of its own would be missed by nobody.
    [Theory]
    [InlineData(ExchangeKind.SweepStreams, nameof(Go))]
    [InlineData(ExchangeKind.SweepStreams, nameof(FoldPhase.Roll))]
    [InlineData(ExchangeKind.SweepStreams, nameof(FoldPhase.Sweep))]
    [InlineData(ExchangeKind.SweepStreams, nameof(Moved))]
    [InlineData(ExchangeKind.DirectCalls, nameof(Moved))]
    public async Task Message_that_is_lost_is_missed_long_before_a_sweep_is_late(ExchangeKind exchange, string kind)
    {
        var lost = new TaskCompletionSource();
        await using var grid = await TestGrid.Start(2, new TestGridOptions
        {
            Exchange = exchange,
            Grid = options =>
            {
                options.SweepPatience = options.SweepTimeout = TimeSpan.FromDays(1);
                options.StallInterval = TimeSpan.FromMilliseconds(200);
            },
            Wrap = (exchange, _) => new AlteredExchange(exchange)
            {
                IsLost = message => Kind(message) == kind && message is { Epoch: 1, Sweep: 1 } and not Folded { Slice: 1 }
                    && lost.TrySetResult(),
            },
        });

        var job = await grid.Run(Request);

        Expected.IsSequential(job, Request);
        Assert.NotEqual(0, job.Batch.Recoveries);
    }

    [Fact]
    public async Task Slice_that_works_is_waited_for_however_often_the_others_say_that_they_wait()
    {
        const int enough = 6;
        var asked = 0;
        using var gate = new Gate();
        await using var grid = await TestGrid.Start(2, new TestGridOptions
        {
            Grid = options => options.StallInterval = TimeSpan.FromMilliseconds(500),
            Call = call =>
            {
                if (call.InterfaceMethod.Name == nameof(ISliceGrain.Ping) && Interlocked.Increment(ref asked) == 2 * enough)
                    gate.Open();
                return call.Invoke();
            },
        });
        var denoiser = new WatchedDenoiser(Catalogue.Open(TestModels.Mixture).Denoiser)
        {
            Before = (number, _) =>
            {
                if (number == 3)
                    gate.Pass();
            },
        };
        var request = Request with { Model = grid.Models.Add(denoiser) };

        var job = await grid.Run(request);

        Expected.IsSequential(job, request, grid.Models);
        Assert.Equal(0, job.Batch.Recoveries);
    }

    // They would be found there by who opens them later, maybe on another silo than is right.
    [Fact]
    public async Task Slice_or_time_node_that_is_woken_by_a_late_call_does_not_stay()
    {
        await using var grid = await TestGrid.Start(2);
        var batch = new BatchKey("late", 0);
        var node = grid.Grains.GetGrain<ITimeNodeGrain>(new NodeKey(batch, 1, 0, 1, 2).ToString());
        var slice = grid.Grains.GetGrain<ISliceGrain>(new SliceKey(batch, 1, 1, 2).ToString());

        await Assert.ThrowsAsync<InvalidOperationException>(() => node.Roll());
        await slice.Receive(new SliceFailed(1, 1, 0, "late"));
        await grid.IsFree();
        await node.Close();
        await Assert.ThrowsAsync<InvalidOperationException>(() => slice.Exits(sweep: 1, block: 0, [0]));
        await grid.IsFree();
    }

    [Fact]
    public async Task Slice_that_is_not_placed_where_it_belongs_does_not_open()
    {
        await using var grid = await TestGrid.Start(2);
        var request = Request with { Count = 1 };
        var batch = new BatchKey("misplaced", 0);
        var outline = (await grid.Grains.GetGrain<IPlannerGrain>(0).Plan(request, TestContext.Current.CancellationToken)).Outline!;
        var silos = grid.Silos.Select(silo => silo.SiloAddress).ToList();
        var slice = grid.Grains.GetGrain<ISliceGrain>(new SliceKey(batch, 1, 0, 2).ToString());
        var spec = new SliceSpec(
            new BatchAssignment(batch, request, outline, 0, 1), Epoch: 1, [1, 1], silos[1], FirstOpen: 0, OpenEnd: 1, null, 0);

        await Assert.ThrowsAsync<InvalidOperationException>(() => PlacementHint.On(
            silos[0], () => slice.Open(spec, TestContext.Current.CancellationToken)));

        await grid.IsFree();
    }

    // Slice 1 is told to make a sweep only after it heard what slice 0 folded in it.
    [Fact]
    public async Task Maps_that_come_before_their_sweep_are_kept()
    {
        var folded = new ConcurrentDictionary<int, TaskCompletionSource>();
        await using var grid = await TestGrid.Start(2, new TestGridOptions
        {
            Exchange = ExchangeKind.DirectCalls,
            Call = async call =>
            {
                var heard = call is { Grain: ISliceGrain, MethodName: nameof(ISliceGrain.Receive) }
                    && call.TargetId.Key.ToString()!.EndsWith("/1-of-2", StringComparison.Ordinal)
                    ? (SweepMessage)call.Request.GetArgument(0)!
                    : null;
                if (heard is Go go)
                    await Folded(go.Sweep).Task;
                await call.Invoke();
                if (heard is Folded { Phase: FoldPhase.Sweep, Slice: 0 })
                    Folded(heard.Sweep).TrySetResult();
            },
        });
        var request = Request with { Lookahead = 1 };

        var job = await grid.Run(request);

        Expected.IsSequential(job, request);
        Assert.Equal(0, job.Batch.Recoveries);
        Assert.Equal(job.Batch.Rounds, folded.Count);

        TaskCompletionSource Folded(int sweep) => folded.GetOrAdd(sweep, _ => new TaskCompletionSource());
    }

    private static string Kind(SweepMessage message) =>
        message is Folded folded ? folded.Phase.ToString() : message.GetType().Name;
}
