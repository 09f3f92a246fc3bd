using OrleansDiffusion.Contracts.Jobs;
using OrleansDiffusion.Contracts.Sweeps;
using OrleansDiffusion.Models;
using OrleansDiffusion.Silo.Tests.Fixtures;
using OrleansDiffusion.Tests;

namespace OrleansDiffusion.Silo.Tests.Faults;

/// <summary>A model that takes its time, and jobs that do not wait for it.</summary>
public sealed class SlowTests
{
    private static readonly TimeSpan SweepTimeout = TimeSpan.FromMinutes(7);

    private static readonly SamplingRequest Request = new()
    {
        Model = "", Count = 2, Steps = 30, BlockSteps = 10, PointsPerNode = 3, Tolerance = 0,
    };

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Sweep_that_takes_too_long_is_begun_anew_from_the_iterates_that_are_asked_for(int silos)
    {
        var time = new ManualTime();
        var isLate = false;
        var handedOver = new TaskCompletionSource<Iterates?>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var grid = await TestGrid.Start(silos, new TestGridOptions
        {
            Time = time, Grid = options => options.SweepPatience = options.SweepTimeout = SweepTimeout,
            Call = async call =>
            {
                await call.Invoke();
                if (Volatile.Read(ref isLate) && call.Grain is ITimeNodeGrain && call.MethodName == nameof(ITimeNodeGrain.HandOver))
                    handedOver.TrySetResult((Iterates?)call.Result);
            },
        });
        using var gate = new Gate();
        var denoiser = Held(gate, call: 8);
        var request = Request with { Model = grid.Models.Add(denoiser) };
        var running = grid.Run(request);

        await gate.EnteredBy(running);
        await time.Armed(SweepTimeout);
        Volatile.Write(ref isLate, true);
        time.Advance(SweepTimeout);
        Assert.NotNull(await handedOver.Task.WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken));
        gate.Open();
        var job = await running;

        Expected.IsSequential(job, request, grid.Models);
        Assert.Equal(1, job.Batch.Recoveries);
        await grid.IsFree();
    }

    [Fact]
    public async Task Sweep_that_is_slow_within_the_time_is_waited_for()
    {
        var time = new ManualTime();
        await using var grid = await TestGrid.Start(1, new TestGridOptions
        {
            Time = time, Grid = options => options.SweepPatience = options.SweepTimeout = SweepTimeout,
        });
        using var gate = new Gate();
        var request = Request with { Model = grid.Models.Add(Held(gate, call: 8)) };
        var running = grid.Run(request);

        await gate.EnteredBy(running);
        await time.Armed(SweepTimeout);
        time.Advance(SweepTimeout - TimeSpan.FromSeconds(1));
        gate.Open();
        var job = await running;

        Expected.IsSequential(job, request, grid.Models);
        Assert.Equal(0, job.Batch.Recoveries);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Cancel_ends_a_job_and_frees_what_it_held(int silos)
    {
        await using var grid = await TestGrid.Start(silos);
        using var gate = new Gate();
        var request = Request with { Model = grid.Models.Add(Held(gate, call: 8)) };
        var job = grid.Grains.GetGrain<ISamplingJobGrain>("cancelled");
        Assert.Null(await job.Submit(request, TestContext.Current.CancellationToken));

        await gate.Entered;
        var cancelling = job.Cancel();
        await Eventually.Becomes(job.Status, status => status.State == JobState.Cancelled); // else the last sweeps may win
        gate.Open();
        await cancelling;

        Assert.Equal(JobState.Cancelled, (await job.Status()).State);
        Assert.Null(await job.Submit(request, TestContext.Current.CancellationToken));
        Assert.Equal(JobState.Cancelled, (await job.Status()).State);
        await grid.IsFree();
        Assert.Equal(JobState.Succeeded, (await grid.Run(request)).Status.State);
    }

    private static WatchedDenoiser Held(Gate gate, int call) => new(Catalogue.Open(TestModels.Mixture).Denoiser)
    {
        Before = (number, _) =>
        {
            if (number == call)
                gate.Pass();
        },
    };
}
