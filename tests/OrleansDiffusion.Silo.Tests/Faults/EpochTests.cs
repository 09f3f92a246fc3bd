using OrleansDiffusion.Contracts.Jobs;
using OrleansDiffusion.Contracts.Sweeps;
using OrleansDiffusion.Silo.Tests.Fixtures;

namespace OrleansDiffusion.Silo.Tests.Faults;

/// <summary>What an epoch that ends in the middle of a block costs, and what the next one keeps.</summary>
public sealed class EpochTests
{
    // One block that takes several sweeps. Job and supervisor are on silo 0, which holds no time-nodes.
    private static readonly SamplingRequest Request = new()
    {
        Model = TestModels.Mixture, Count = 2, Steps = 120, Blocks = 1, PointsPerNode = 10, Tolerance = 1e-4,
    };

    private const int Disturbed = 4; // a sweep

    // The last part of the time axis is the one that takes the most sweeps.
    [Theory]
    [InlineData(2, 1, false)]
    [InlineData(4, 2, false)]
    [InlineData(7, 0, false)]
    [InlineData(7, 1, false)]
    [InlineData(7, 2, false)]
    [InlineData(6, 1, true)]
    public async Task Silo_that_dies_costs_few_sweeps_where_others_keep_its_iterates(int disturbed, int part, bool manyBlocks)
    {
        var request = manyBlocks ? Request with { Blocks = 12, Lookahead = 8 } : Request;
        var undisturbed = (await RunWith(_ => Task.CompletedTask, request)).Batch.Rounds;
        Assert.True(undisturbed > disturbed, $"{undisturbed} rounds");

        var warm = await RunWith(Kill, request, disturbed: disturbed);
        var cold = await RunWith(Kill, request, warmRestart: false, disturbed);

        Task Kill(TestGrid grid) => grid.Kill(Enumerable.Range(1, 3).Select(grid.Silo).OrderBy(silo => silo.SiloAddress).ElementAt(part));

        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{undisturbed} rounds undisturbed, {warm.Batch.Rounds} with iterates kept ({warm.Batch.Recoveries} recoveries), " +
            $"{cold.Batch.Rounds} without ({cold.Batch.Recoveries})");
        Assert.NotEqual(0, warm.Batch.Recoveries);
        Assert.Equal(2, warm.Batch.Silos);
        // Where a silo is lost again on the way, nothing may be kept.
        var most = warm.Batch.Recoveries == 1 ? undisturbed + 2 : cold.Batch.Rounds;
        Assert.InRange(warm.Batch.Rounds, undisturbed - 1, most);
        Assert.InRange(cold.Batch.Rounds, undisturbed + 1, 2 * undisturbed);
    }

    [Fact]
    public async Task Silo_that_stops_in_order_hands_its_nodes_over_and_costs_no_recovery()
    {
        var undisturbed = (await RunWith(_ => Task.CompletedTask)).Batch.Rounds;
        var stopping = Task.CompletedTask;

        var told = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

        var job = await RunWith(
            grid =>
            {
                stopping = grid.Stop(grid.Silo(2)); // it waits for the nodes to leave
                return told.Task.WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
            },
            call: async call =>
            {
                await call.Invoke();
                if (call.Grain is IBlockSupervisorGrain && call.MethodName == nameof(IBlockSupervisorGrain.Leaving))
                    told.TrySetResult();
            });
        await stopping;

        Assert.Equal(0, job.Batch.Recoveries);
        Assert.Equal(2, job.Batch.Silos);
        Assert.InRange(job.Batch.Rounds, undisturbed - 1, undisturbed + 1);
    }

    [Fact]
    public async Task Silo_that_joins_is_used_from_the_next_block_on()
    {
        var request = Request with { Blocks = 2 };

        var job = await RunWith(grid => grid.Add(), request, disturbed: 2);

        Assert.Equal(0, job.Batch.Recoveries);
        Assert.Equal(4, job.Batch.Silos);
    }

    private static async Task<GridJob> RunWith(
        Func<TestGrid, Task> disturb, SamplingRequest? request = null, bool warmRestart = true, int disturbed = Disturbed,
        Func<IIncomingGrainCallContext, Task>? call = null)
    {
        request ??= Request;
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var copies = new CopiedSweeps();
        await using var grid = await TestGrid.Start(4, new TestGridOptions
        {
            Exchange = ExchangeKind.DirectCalls,
            Devices = silo => silo == 0 ? null : "cpu",
            Grid = options =>
                (options.WarmRestart, options.CopyShare, options.RecoveryDelay) = (warmRestart, 1, TimeSpan.FromMilliseconds(20)),
            Call = made => call?.Invoke(made) ?? made.Invoke(),
            Answered = copies.Note,
            Wrap = (exchange, _) => new AlteredExchange(exchange)
            {
                Before = async message =>
                {
                    if (message is not Go { Epoch: 1 } go)
                        return;
                    if (warmRestart)
                        await copies.BeforeSweep(go, nodes: go.Active.Count(active => active.Contains(true)) * NodesOf(request));
                    if (go.Sweep != disturbed)
                        return;
                    reached.TrySetResult();
                    await done.Task;
                },
            },
        });
        var id = await grid.JobOn(0);
        var running = GridJob.Run(grid.GrainsFrom(0), request, id);
        await reached.Task.WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
        await disturb(grid);
        done.SetResult();
        var job = await running;

        Expected.IsSequential(job, request, within: 2 * request.Tolerance);
        await grid.IsFree();
        return job;
    }

    private static int NodesOf(SamplingRequest request) => request.Steps!.Value / request.Blocks!.Value / request.PointsPerNode!.Value;
}
