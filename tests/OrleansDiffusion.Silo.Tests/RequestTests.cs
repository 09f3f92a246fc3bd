using OrleansDiffusion.Contracts.Jobs;
using OrleansDiffusion.Silo.Tests.Fixtures;
using OrleansDiffusion.Tests;

namespace OrleansDiffusion.Silo.Tests;

/// <summary>What a job says to requests, and to questions about them.</summary>
public sealed class RequestTests(Grids grids)
{
    private static readonly SamplingRequest Usual = new() { Model = TestModels.Mixture, Count = 4, Steps = 20, Batch = 2 };

    public static TheoryData<string?, SamplingRequest> Refused() => new()
    {
        { "count", Usual with { Count = 0 } },
        { "batch", Usual with { Batch = 0 } },
        { "sampler", Usual with { Sampler = "euler" } },
        { "steps", Usual with { Steps = 0 } },
        { "steps", Usual with { Sampler = "piadm-sde" } },
        { "linearization", Usual with { Linearization = "tangent" } },
        { "start", Usual with { Start = "cold" } },
        { "tolerance", Usual with { Tolerance = double.NaN } },
        { "max-sweeps", Usual with { MaxSweeps = 0 } },
        { "lookahead", Usual with { Lookahead = 0 } },
        { "scouts", Usual with { Scouts = -1 } },
        { "points-per-node", Usual with { PointsPerNode = 0 } },
        { "blocks", Usual with { Blocks = 2, BlockSteps = 3 } },
        { "label", Usual with { Labels = [1] } },
        { "guidance", Usual with { Guidance = 2 } },
        { null, Usual with { Model = "no-such-model" } },
        { "priority", Usual with { Priority = 11 } },
        { "submitter", Usual with { Submitter = new string('x', 201) } },
        { "count", Usual with { Items = [new RequestItem(1, [], null, 3)] } },
        { "count", Usual with { Items = [new RequestItem(1, [], null, 5), new RequestItem(1, [], null, -1)] } },
        { "items", Usual with { Items = [new RequestItem(1, [], null, 4)], Seed = 1 } },
        { "label", Usual with { Items = [new RequestItem(1, [], null, 3), new RequestItem(1, [2], null, 1)] } },
    };

    [Theory]
    [MemberData(nameof(Refused), DisableDiscoveryEnumeration = true)]
    public async Task Request_that_cannot_be_run_is_refused_by_the_option_at_fault(string? option, SamplingRequest request)
    {
        var grid = await grids.Of(1);
        var job = NewJob(grid);

        var refusal = await job.Submit(request, TestContext.Current.CancellationToken);

        Assert.NotNull(refusal);
        Assert.Equal(option, refusal.Option);
        Assert.NotEmpty(refusal.Reason);
        Assert.DoesNotContain('\n', refusal.Reason);
        Assert.Equal(JobState.Unknown, (await job.Status()).State);
        Assert.Empty(await Watched(job));
    }

    [Fact]
    public async Task Job_whose_reminder_cannot_be_kept_says_so_like_any_store_and_is_begun_when_it_is_asked_for_again()
    {
        var token = TestContext.Current.CancellationToken;
        var isAway = true;
        await using var grid = await TestGrid.Start(1, new TestGridOptions
        {
            Call = call => isAway && call.MethodName == nameof(IReminderTable.UpsertRow)
                ? throw new InvalidOperationException("a table's own exception")
                : call.Invoke(),
        });
        var job = NewJob(grid);

        var error = await Assert.ThrowsAsync<IOException>(() => job.Submit(Usual, token));
        Assert.Equal("cannot write reminders", error.Message);
        Assert.Equal(JobState.Unknown, (await job.Status()).State);

        isAway = false;
        Assert.Null(await job.Submit(Usual, token));
        await Eventually.Becomes(async () => (await job.Status()).State, state => state == JobState.Succeeded);
    }

    [Fact]
    public async Task Same_request_again_changes_nothing_and_another_is_refused()
    {
        var grid = await grids.Of(1);
        var job = NewJob(grid);
        var token = TestContext.Current.CancellationToken;

        var answers = await Task.WhenAll(job.Submit(Usual, token), job.Submit(Usual, token));
        await Watched(job);

        Assert.All(answers, Assert.Null);
        Assert.Null(await job.Submit(Usual with { Labels = [] }, token));
        Assert.Equal("seed", (await job.Submit(Usual with { Seed = 1 }, token))?.Option);
        Assert.Equal("label", (await job.Submit(Usual with { Labels = [3] }, token))?.Option);
        Assert.Equal(JobState.Succeeded, (await job.Status()).State);
        Assert.Equal(2, (await job.Status()).Batches.Length);
    }

    [Fact]
    public async Task Id_with_a_slash_is_refused() => Assert.Equal(
        "job",
        (await (await grids.Of(1)).Grains.GetGrain<ISamplingJobGrain>("a/b")
            .Submit(Usual, TestContext.Current.CancellationToken))?.Option);

    [Fact]
    public async Task Progress_ends_with_the_job_and_samples_are_fetched_from_any_on()
    {
        var grid = await grids.Of(1);
        var job = NewJob(grid);
        await job.Submit(Usual, TestContext.Current.CancellationToken);

        var progress = await Watched(job);

        Assert.Equal(JobState.Succeeded, progress[^1].State);
        Assert.Equal(1, progress[^1].Done);
        Assert.Equal(progress.OrderBy(step => (step.FirstSample, step.Sweep)), progress);
        var all = (await job.Fetch(0)).Values.Concat((await job.Fetch(2)).Values).ToArray();
        Assert.Equal(4 * 16 * sizeof(float), all.Length);
        var second = await job.Fetch(1);
        Assert.Equal(1, second.FirstSample);
        Assert.Equal(all[64..128], second.Values);
        Assert.Empty((await job.Fetch(4)).Values);
        await Assert.ThrowsAsync<InvalidOperationException>(() => job.Fetch(5));
        await Assert.ThrowsAsync<InvalidOperationException>(() => job.Fetch(-1));
    }

    [Fact]
    public async Task Job_that_nobody_submitted_is_unknown_and_has_nothing()
    {
        var job = NewJob(await grids.Of(1));

        await job.Cancel();

        Assert.Equal(JobState.Unknown, (await job.Status()).State);
        Assert.Empty(await Watched(job));
        await Assert.ThrowsAsync<InvalidOperationException>(() => job.Fetch(0));
    }

    private static ISamplingJobGrain NewJob(TestGrid grid) =>
        grid.Grains.GetGrain<ISamplingJobGrain>(Guid.NewGuid().ToString("N"));

    private static async Task<List<JobProgress>> Watched(ISamplingJobGrain job)
    {
        var progress = new List<JobProgress>();
        await foreach (var step in job.Watch(TestContext.Current.CancellationToken))
            progress.Add(step);
        return progress;
    }
}
