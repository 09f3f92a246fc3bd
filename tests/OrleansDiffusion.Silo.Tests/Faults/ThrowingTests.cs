using OrleansDiffusion.Contracts.Jobs;
using OrleansDiffusion.Contracts.Sweeps;
using OrleansDiffusion.Models;
using OrleansDiffusion.Silo.Tests.Fixtures;

namespace OrleansDiffusion.Silo.Tests.Faults;

/// <summary>A model, a time-node or a slice that throws.</summary>
public sealed class ThrowingTests(Grids grids)
{
    private static readonly SamplingRequest Request = new()
    {
        Model = TestModels.Mixture, Count = 3, Steps = 40, BlockSteps = 10, PointsPerNode = 3, Lookahead = 2, Tolerance = 0,
    };

    [Theory]
    [InlineData(1)]
    [InlineData(14)]
    public async Task Model_that_throws_once_costs_sweeps_and_no_sample(int call)
    {
        var grid = await grids.Of(1);
        var denoiser = new WatchedDenoiser(Catalogue.Open(TestModels.Mixture).Denoiser)
        {
            Before = (number, _) => ThrowIf(number == call),
        };
        var request = Request with { Model = grid.Models.Add(denoiser) };

        var job = await grid.Run(request);

        Expected.IsSequential(job, request, grid.Models);
        Assert.Equal(1, job.Batch.Recoveries);
    }

    [Fact]
    public async Task Model_that_always_throws_fails_the_job_in_a_line_and_frees_the_nodes()
    {
        await using var grid = await TestGrid.Start(2);
        var denoiser = new WatchedDenoiser(Catalogue.Open(TestModels.Mixture).Denoiser) { Before = (_, _) => ThrowIf(true) };

        var job = await grid.Run(Request with { Model = grid.Models.Add(denoiser) });

        Assert.Equal(JobState.Failed, job.Status.State);
        Assert.Contains("the model is broken", job.Status.Error, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', job.Status.Error!);
        await grid.IsFree();
    }

    // Sweeps before it succeed in every epoch; that alone is no headway, unless iterates are kept.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Model_that_throws_in_every_second_call_of_a_step_fails_the_job_unless_iterates_are_kept(bool warm)
    {
        await using var grid = await TestGrid.Start(1, new TestGridOptions { Grid = options => options.WarmRestart = warm });
        var request = Request with { Lookahead = 1, Tolerance = 1e-3 };
        var level = Expected.Level(request, block: 2, step: 9);
        var calls = 0;
        var denoiser = new WatchedDenoiser(Catalogue.Open(TestModels.Mixture).Denoiser)
        {
            // Not at once when the block is swept: in every second call that holds the step.
            Before = (_, levels) => ThrowIf(levels.Contains(level) && ++calls % 2 == 0),
        };

        var watched = request with { Model = grid.Models.Add(denoiser) };
        var job = await grid.Run(watched);

        if (warm)
        {
            Expected.IsSequential(job, request, within: request.Tolerance);
            return;
        }

        Assert.Equal(JobState.Failed, job.Status.State);
        Assert.Contains("the model is broken", job.Status.Error, StringComparison.Ordinal);
    }

    // What is called once a sweep throws in the second one, what is called at a start in the first.
    [Theory]
    [InlineData(nameof(ISliceGrain.Open), 1)]
    [InlineData(nameof(ISliceGrain.Exits), 1)]
    [InlineData(nameof(ITimeNodeGrain.Roll), 1)]
    [InlineData(nameof(ITimeNodeGrain.Start), 2)]
    [InlineData(nameof(ITimeNodeGrain.Evaluate), 20)]
    [InlineData(nameof(ITimeNodeGrain.Move), 20)]
    public async Task Call_that_fails_once_costs_sweeps_and_no_sample(string method, int call)
    {
        var called = 0;
        await using var grid = await TestGrid.Start(2, new TestGridOptions { Call = Fail });

        var job = await grid.Run(Request);

        Expected.IsSequential(job, Request);
        Assert.Equal(1, job.Batch.Recoveries);
        await grid.IsFree();

        Task Fail(IIncomingGrainCallContext context)
        {
            if (context.MethodName != method || context.Grain is not (ISliceGrain or ITimeNodeGrain))
                return context.Invoke();
            return Interlocked.Increment(ref called) == call ? throw new InvalidOperationException("the node is broken") : context.Invoke();
        }
    }

    // As one on whose machine the model's folder is missing. The supervisor is on silo 0, which holds no time-nodes.
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Silo_that_cannot_open_the_model_is_done_without_and_only_if_none_can_the_job_fails(int failing)
    {
        TestGrid? grid = null;
        await using var started = grid = await TestGrid.Start(3, new TestGridOptions
        {
            Devices = silo => silo == 0 ? null : "cpu",
            Call = call => call is { MethodName: nameof(ISliceGrain.Open), Grain: ISliceGrain }
                && Enumerable.Range(1, failing).Any(silo => grid!.Silo(silo).SiloAddress.Equals(
                    (call.TargetContext as IGrainContext)?.Address.SiloAddress))
                ? throw new ModelFormatException("the folder is missing")
                : call.Invoke(),
        });

        var job = await GridJob.Run(grid.GrainsFrom(0), Request, await grid.JobOn(0));

        if (failing == 2)
        {
            Assert.Equal((JobState.Failed, "the folder is missing"), (job.Status.State, job.Status.Error));
            return;
        }

        Expected.IsSequential(job, Request);
        Assert.NotEqual(0, job.Batch.Recoveries);
        Assert.Equal(1, job.Batch.Silos);
        await grid.IsFree();
    }

    [Fact]
    public async Task Cancellation_that_the_supervisor_did_not_hear_is_made_by_cancelling_again()
    {
        var (asked, failed) = (new TaskCompletionSource(), 0);
        using var gate = new Gate();
        await using var grid = await TestGrid.Start(1, new TestGridOptions
        {
            Call = call => call is { MethodName: nameof(IBlockSupervisorGrain.Cancel), Grain: IBlockSupervisorGrain } && failed++ == 0
                ? throw new TimeoutException("it did not answer")
                : call.Invoke(),
        });
        var denoiser = new WatchedDenoiser(Catalogue.Open(TestModels.Mixture).Denoiser)
        {
            Before = (_, _) =>
            {
                asked.TrySetResult();
                gate.Pass();
            },
        };
        var job = grid.Grains.GetGrain<ISamplingJobGrain>("cancelled");
        Assert.Null(await job.Submit(
            Request with { Model = grid.Models.Add(denoiser) }, TestContext.Current.CancellationToken));
        await asked.Task.WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);

        await Assert.ThrowsAsync<TimeoutException>(job.Cancel);
        var again = job.Cancel();
        gate.Open();
        await again;

        Assert.Equal(JobState.Cancelled, (await job.Status()).State);
        Assert.Equal(2, failed);
        await grid.IsFree();
    }

    // No sample is left that would be swept on, and the batch must not count as done for it.
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Samples_that_cannot_be_had_from_the_last_block_are_made_again(int times)
    {
        var failed = 0;
        var request = Request with { Count = 1, Lookahead = 1 };
        var last = (request.Steps / request.BlockSteps!.Value) - 1;
        await using var grid = await TestGrid.Start(2, new TestGridOptions
        {
            Call = call => call is { MethodName: nameof(ISliceGrain.Exits), Grain: ISliceGrain }
                && call.Request.GetArgument(1) is int block && block == last && Interlocked.Increment(ref failed) <= times
                ? throw new InvalidOperationException("the silo is gone")
                : call.Invoke(),
        });

        var job = await grid.Run(request);

        Expected.IsSequential(job, request);
        Assert.Equal(times, job.Batch.Recoveries);
    }

    private static void ThrowIf(bool condition)
    {
        if (condition)
            throw new InvalidOperationException("the model is broken\nin two lines");
    }
}
