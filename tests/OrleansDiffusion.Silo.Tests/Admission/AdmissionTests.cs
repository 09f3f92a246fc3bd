using OrleansDiffusion.Contracts.Jobs;
using OrleansDiffusion.Contracts.Keys;
using OrleansDiffusion.Grid.Admission;
using OrleansDiffusion.Grid.Placement;
using OrleansDiffusion.Models;
using OrleansDiffusion.Silo.Tests.Fixtures;
using OrleansDiffusion.Tests;

namespace OrleansDiffusion.Silo.Tests.Admission;

/// <summary>Jobs take turns.</summary>
public sealed class AdmissionTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(1);
    private static readonly SamplingRequest Small = new() { Model = TestModels.Mixture, Count = 1, Steps = 10, BlockSteps = 10 };

    private readonly TurnLog _turns = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Small_jobs_do_not_wait_for_the_end_of_a_huge_one_that_was_there_before()
    {
        await using var grid = await Start(atOnce: 1);
        using var gate = new Gate();
        var huge = Small with { Model = Held(grid, gate), Count = 40, Batch = 1 };
        var first = GridJob.Run(grid.Grains, huge, "huge");
        await gate.EnteredBy(first);

        var jobs = Enumerable.Range(0, 8).Select(i => GridJob.Run(grid.Grains, Small, $"small-{i}")).ToList();
        await AreQueued(grid, jobs.Select((_, i) => $"small-{i}"));
        gate.Open();
        var all = await Task.WhenAll(jobs.Append(first));

        Assert.All(all, job => Assert.Equal(JobState.Succeeded, job.Status.State));
        Assert.Equal("huge/0", _turns.Begun[0]);
        Assert.Equal(
            Enumerable.Range(0, 8).Select(i => $"small-{i}/0").Order(), _turns.Begun[1..9].Order()); // before the huge one's second
        Assert.Equal("huge/39", _turns.Ended[^1]);
        Assert.Equal(1, _turns.Most);
        await grid.IsFree();
    }

    [Fact]
    public async Task A_hundred_jobs_at_once_all_end_and_never_more_run_than_may()
    {
        await using var grid = await Start(atOnce: 3, silos: 2);

        var jobs = await Task.WhenAll(Enumerable.Range(0, 100)
            .Select(i => GridJob.Run(grid.Grains, Small with { Seed = (ulong)i, Priority = i % 3 }, $"job-{i}")));

        Assert.All(jobs, job => Assert.Equal(JobState.Succeeded, job.Status.State));
        Assert.Equal(100, _turns.Ended.Distinct().Count());
        Assert.InRange(_turns.Most, 1, 3);
        await grid.IsFree();
    }

    [Fact]
    public async Task The_higher_priority_goes_first_and_does_not_count_as_another_request()
    {
        await using var grid = await Start(atOnce: 1);
        using var gate = new Gate();
        var first = GridJob.Run(grid.Grains, Small with { Model = Held(grid, gate) }, "first");
        await gate.EnteredBy(first);

        (string Id, int Priority)[] others = [("low", -5), ("usual", 0), ("high", 5)];
        var jobs = new List<Task<GridJob>>();
        foreach (var (id, priority) in others)
        {
            jobs.Add(GridJob.Run(grid.Grains, Small with { Priority = priority }, id));
            await AreQueued(grid, [id]);
        }

        gate.Open();
        await Task.WhenAll(jobs.Append(first));

        Assert.Equal(["first/0", "high/0", "usual/0", "low/0"], _turns.Begun);
        Assert.Null(await grid.Grains.GetGrain<ISamplingJobGrain>("high").Submit(Small with { Priority = 1 }, Token));
    }

    [Fact]
    public async Task A_job_that_waits_says_so_with_its_place_and_is_cancelled_at_once()
    {
        await using var grid = await Start(atOnce: 1);
        using var gate = new Gate();
        var first = GridJob.Run(grid.Grains, Small with { Model = Held(grid, gate) }, "first");
        await gate.EnteredBy(first);
        string[] ids = ["second", "third"];
        foreach (var id in ids)
        {
            await Submit(grid, id);
            await AreQueued(grid, [id]);
        }

        var third = grid.Grains.GetGrain<ISamplingJobGrain>("third");
        Assert.Equal((JobState.Queued, 1), await StateOf(grid, "third"));
        Assert.Equal((JobState.Queued, 0), await StateOf(grid, "second"));
        await foreach (var progress in third.Watch(Token))
        {
            Assert.Equal((JobState.Queued, 1, 0), (progress.State, progress.Place, progress.Sweep));
            break;
        }

        var listed = await grid.Grains.GetGrain<IJobIndexGrain>(0).List(null, 10, Token);
        Assert.Equal(
            [JobState.Queued, JobState.Queued, JobState.Running], listed.Jobs.Select(job => job.State));

        await third.Cancel().WaitAsync(Deadline, Token);
        await grid.Grains.GetGrain<ISamplingJobGrain>("second").Cancel().WaitAsync(Deadline, Token);
        Assert.Equal((JobState.Cancelled, null), await StateOf(grid, "third"));
        Assert.False(first.IsCompleted);
        gate.Open();
        await first;
        Assert.Equal(["first/0"], _turns.Begun);
        Assert.Equal(JobState.Succeeded, (await GridJob.Run(grid.Grains, Small, "fourth")).Status.State);
        await grid.IsFree();
    }

    [Fact]
    public async Task A_queue_that_does_not_answer_holds_up_no_cancel_and_no_job_that_runs()
    {
        var isAway = false;
        var never = new TaskCompletionSource();
        await using var grid = await TestGrid.Start(1, new TestGridOptions
        {
            Grid = options => options.BatchesAtOnce = 1,
            Call = call => isAway && call.Grain is IBatchQueueGrain
                ? never.Task : call.Invoke(),
        });
        using var gate = new Gate();
        var first = GridJob.Run(grid.Grains, Small with { Model = Held(grid, gate) }, "first");
        await gate.EnteredBy(first);
        await Submit(grid, "second");
        await AreQueued(grid, ["second"]);

        isAway = true;
        await grid.Grains.GetGrain<ISamplingJobGrain>("second").Cancel().WaitAsync(Deadline, Token);
        gate.Open();

        Assert.Equal(JobState.Succeeded, (await first).Status.State);
        Assert.Equal((JobState.Cancelled, null), await StateOf(grid, "second"));
        never.SetException(new IOException("the queue's silo is gone"));
    }

    [Fact]
    public async Task A_queue_that_is_full_refuses_jobs_for_a_while_and_keeps_nothing_of_them()
    {
        await using var grid = await Start(atOnce: 1, mostQueued: 2);
        using var gate = new Gate();
        var first = GridJob.Run(grid.Grains, Small with { Model = Held(grid, gate) }, "first");
        await gate.EnteredBy(first);
        await Submit(grid, "second");
        await AreQueued(grid, ["second"]);
        await Submit(grid, "third");
        await AreQueued(grid, ["third"]);

        var fourth = grid.Grains.GetGrain<ISamplingJobGrain>("fourth");
        var refusal = await fourth.Submit(Small, Token);

        Assert.NotNull(refusal?.RetryAfter);
        Assert.Equal((JobState.Unknown, null), await StateOf(grid, "fourth"));
        Assert.Null(await grid.Grains.GetGrain<ISamplingJobGrain>("third").Submit(Small, Token)); // it has its place
        gate.Open();
        await first;
        foreach (var id in (string[])["second", "third", "fourth"])
            Assert.Equal(JobState.Succeeded, (await GridJob.Run(grid.Grains, Small, id)).Status.State);
        await grid.IsFree();
    }

    // A request that is refused has kept a place.
    [Fact]
    public async Task A_job_that_is_refused_gives_its_place_back()
    {
        await using var grid = await Start(atOnce: 1, mostQueued: 1);

        for (var i = 0; i < 3; i++)
            Assert.Equal("steps", (await grid.Grains.GetGrain<ISamplingJobGrain>($"refused-{i}").Submit(Small with { Steps = 0 }, Token))?.Option);

        Assert.Equal(JobState.Succeeded, (await grid.Run(Small)).Status.State);
    }

    // On silo 0 is the queue alone, jobs and supervisors are on silo 1, time-nodes on silo 2.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task When_the_queue_is_lost_what_is_walked_counts_on_and_what_waits_has_its_turn_after_it(bool isKilled)
    {
        await using var grid = await Start(atOnce: 1, silos: 3, devices: silo => silo < 2 ? null : "cpu");
        await PlaceQueue(grid, 0);
        using var gate = new Gate();
        var ids = new List<string>();
        for (var i = 0; i < 3; i++)
            ids.Add(await grid.JobOn(1));
        var first = GridJob.Run(grid.GrainsFrom(1), Small with { Model = Held(grid, gate) }, ids[0]);
        await gate.EnteredBy(first);
        var others = ids[1..].Select(id => GridJob.Run(grid.GrainsFrom(1), Small, id)).ToList();
        await AreQueued(grid, ids[1..]);

        await (isKilled ? grid.Kill(grid.Silo(0)) : grid.Stop(grid.Silo(0)));
        var late = GridJob.Run(grid.GrainsFrom(1), Small, "late"); // asks the queue that is new
        await AreQueued(grid, ["late"]);
        gate.Open();
        var all = await Task.WhenAll(others.Append(first).Append(late));

        Assert.All(all, job => Assert.Equal(JobState.Succeeded, job.Status.State));
        Assert.Equal($"{ids[0]}/0", _turns.Ended[0]);
        Assert.Equal(1, _turns.Most);
        await grid.IsFree();
    }

    // The queue is on silo 1, the job and its supervisor, which has the only turn, on silo 0, which dies.
    [Fact]
    public async Task When_a_supervisor_is_lost_its_batch_keeps_its_turn_and_loses_it_to_nobody()
    {
        // However long it takes until it is known to be dead.
        var time = new ManualTime();
        await using var grid = await Start(atOnce: 1, silos: 3, devices: silo => silo < 2 ? null : "cpu", time: time);
        await PlaceQueue(grid, 1);
        using var gate = new Gate();
        var id = await grid.JobOn(0);
        var request = Small with { Model = Held(grid, gate) };
        var job = grid.GrainsFrom(2).GetGrain<ISamplingJobGrain>(id);
        Assert.Null(await job.Submit(request, Token));
        await gate.Entered;
        var second = await grid.JobOn(1);
        var waiting = GridJob.Run(grid.GrainsFrom(1), Small, second);
        await AreQueued(grid, [second]);

        await grid.Kill(grid.Silo(0));
        gate.Open();
        var running = GridJob.Run(grid.GrainsFrom(1), request, id);
        var both = Task.WhenAll(running, waiting);
        for (var asked = 0; asked < 10 && await Task.WhenAny(both, Task.Delay(TimeSpan.FromSeconds(1), Token)) != both; asked++)
            time.Advance(TimeSpan.FromSeconds(1)); // a question that was lost with the silo is asked again
        await both;

        Assert.Equal(JobState.Succeeded, (await running).Status.State);
        Assert.Equal([$"{id}/0", $"{id}/0", $"{second}/0"], _turns.Begun);
        await grid.IsFree();
    }

    private Task<TestGrid> Start(int atOnce, int mostQueued = 1000, int silos = 1, Func<int, string?>? devices = null, TimeProvider? time = null) =>
        TestGrid.Start(silos, new TestGridOptions
        {
            Call = _turns.Note,
            Time = time ?? TimeProvider.System,
            Devices = devices ?? (_ => "cpu"),
            Grid = options => (options.BatchesAtOnce, options.MostQueued) = (atOnce, mostQueued),
        });

    private static async Task PlaceQueue(TestGrid grid, int silo) => await PlacementHint.On(
        grid.Silo(silo).SiloAddress,
        () => grid.GrainsFrom(silo).GetGrain<IBatchQueueGrain>(0).Leave(new BatchKey("none", 0)));

    private static async Task Submit(TestGrid grid, string id) =>
        Assert.Null(await grid.Grains.GetGrain<ISamplingJobGrain>(id).Submit(Small, Token));

    private static async Task<(JobState State, int? Place)> StateOf(TestGrid grid, string id)
    {
        var last = grid.GrainsFrom(grid.Silos.Count() - 1); // which no test loses
        var status = await Answered.Call(() => last.GetGrain<ISamplingJobGrain>(id).Status());
        return (status.State, status.Place);
    }

    private static async Task AreQueued(TestGrid grid, IEnumerable<string> ids)
    {
        foreach (var id in ids)
            await Eventually.Becomes(() => StateOf(grid, id), state => state is (JobState.Queued, _));
    }

    // A model whose first call is held.
    private static string Held(TestGrid grid, Gate gate) => grid.Models.Add(
        new WatchedDenoiser(Catalogue.Open(TestModels.Mixture).Denoiser)
        {
            Before = (number, _) =>
            {
                if (number == 1)
                    gate.Pass();
            },
        });
}
