using OrleansDiffusion.Client.Tests.Fixtures;
using OrleansDiffusion.Contracts.Jobs;
using OrleansDiffusion.Tests;

namespace OrleansDiffusion.Client.Tests;

/// <summary>What every client does, whatever carries its calls.</summary>
public abstract class SamplingClientContract
{
    protected static readonly SamplingRequest Request = new()
    {
        Model = "demo", Count = 5, Batch = 2, Steps = 30, Tolerance = 0, Seed = 7,
    };

    // Minutes of work, in batches that take a moment.
    protected static readonly SamplingRequest LongRun = Request with { Count = 5000, Batch = 1 };

    private protected abstract ISamplingClient Client { get; }

    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_job_comes_to_its_end_once_and_its_samples_in_order_are_those_of_the_sequential_sampler()
    {
        var id = JobIds.New();

        await Client.SubmitAsync(id, Request, Token);
        var samples = Client.SamplesAsync(id, cancellationToken: Token).ToListAsync(Token).AsTask(); // while it runs
        var progress = await Client.WatchAsync(id, Token).ToListAsync(Token);

        Assert.Equal(JobState.Succeeded, progress[^1].State);
        Assert.Equal(1, progress[^1].Done);
        Assert.DoesNotContain(progress[..^1], step => step.State.IsFinal());
        Assert.Equal(Enumerable.Range(0, 5), (await samples).Select(sample => sample.Index));
        Assert.All(await samples, sample => Assert.Equal([2], sample.Shape.AsEnumerable()));
        Assert.All(
            GridFixture.Sequential(Request).Zip((await samples).SelectMany(sample => sample.Values.ToArray())),
            pair => Assert.Equal(pair.First, pair.Second, 1e-4f));
        Assert.DoesNotContain(await samples, sample => sample.IsLost);
    }

    [Fact]
    public async Task A_job_that_is_over_is_told_to_be_and_is_read_from_any_sample_on()
    {
        var id = await Done();

        var again = Assert.Single(await Client.WatchAsync(id, Token).ToListAsync(Token), step => step.State.IsFinal());
        var status = await Client.GetAsync(id, Token);
        var all = await Client.SamplesAsync(id, cancellationToken: Token).ToListAsync(Token);
        var late = await Client.SamplesAsync(id, first: 3, Token).ToListAsync(Token);

        Assert.Equal(JobState.Succeeded, again.State);
        Assert.Equal((id, JobState.Succeeded, null, 5), (status.JobId, status.State, status.Error, status.Done));
        Assert.Equal(Request.Seed, status.Request!.Seed);
        Assert.Equal([3, 4], late.Select(sample => sample.Index));
        Assert.Equal(all[3..].SelectMany(sample => sample.Values.ToArray()), late.SelectMany(sample => sample.Values.ToArray()));
        Assert.Empty(await Client.SamplesAsync(id, first: 5, Token).ToListAsync(Token));
    }

    [Fact]
    public async Task Samples_come_before_the_job_is_over_and_a_job_that_is_cancelled_ends_its_readers()
    {
        var id = JobIds.New();
        await Client.SubmitAsync(id, LongRun, Token);
        var watching = Client.WatchAsync(id, Token).ToListAsync(Token).AsTask();
        var read = new List<int>();

        var end = await Assert.ThrowsAsync<JobFailedException>(async () =>
        {
            await foreach (var sample in Client.SamplesAsync(id, cancellationToken: Token))
            {
                read.Add(sample.Index);
                if (read.Count == 3)
                    Assert.Equal(JobState.Cancelled, (await Client.CancelAsync(id, Token)).State);
            }
        });

        Assert.Equal(JobState.Cancelled, end.Status.State);
        Assert.InRange(read.Count, 3, LongRun.Count - 1);
        Assert.Equal(Enumerable.Range(0, read.Count), read);
        Assert.Equal(JobState.Cancelled, (await watching)[^1].State);
        Assert.Single(await watching, step => step.State.IsFinal());
        Assert.Equal(JobState.Cancelled, (await Client.CancelAsync(id, Token)).State);
    }

    [Fact]
    public async Task The_same_request_again_changes_nothing_and_another_is_refused_by_the_option_that_differs()
    {
        var id = await Done();

        await Client.SubmitAsync(id, Request, Token);
        var refused = await Assert.ThrowsAsync<RequestRefusedException>(() =>
            Client.SubmitAsync(id, Request with { Seed = ulong.MaxValue }, Token));

        Assert.Equal(("seed", $"is {ulong.MaxValue}, the job was begun with 7"), (refused.Option, refused.Reason));
        Assert.Equal(3, (await Client.GetAsync(id, Token)).Batches.Length);
    }

    public static TheoryData<string?, SamplingRequest> Refused() => new()
    {
        { "count", Request with { Count = 0 } },
        { "steps", Request with { Steps = 0 } },
        { "sampler", Request with { Sampler = "euler" } },
        { "tolerance", Request with { Tolerance = double.NaN } },
        { "block-steps", Request with { BlockSteps = -1 } },
        { "label", Request with { Labels = [1] } },
        { null, Request with { Model = "no-such-model" } },
    };

    [Theory]
    [MemberData(nameof(Refused), DisableDiscoveryEnumeration = true)]
    public async Task A_request_that_cannot_be_run_is_refused_when_it_is_planned_and_when_it_is_submitted(
        string? option, SamplingRequest request)
    {
        var id = JobIds.New();

        var planned = await Assert.ThrowsAsync<RequestRefusedException>(() => Client.PlanAsync(request, Token));
        var submitted = await Assert.ThrowsAsync<RequestRefusedException>(() => Client.SubmitAsync(id, request, Token));

        Assert.Equal((option, planned.Reason), (submitted.Option, submitted.Reason));
        Assert.Equal(option, planned.Option);
        Assert.NotEmpty(planned.Reason);
        await Assert.ThrowsAsync<JobNotFoundException>(() => Client.GetAsync(id, Token));
    }

    [Theory]
    [InlineData("a/b")]
    [InlineData("..")]
    [InlineData(".hidden")]
    [InlineData("a b")]
    [InlineData("ä")]
    [InlineData("a%2fb")]
    [InlineData("a\\..\\b")]
    public async Task An_id_that_could_name_something_else_is_refused(string id)
    {
        var refused = await Assert.ThrowsAsync<RequestRefusedException>(() => Client.SubmitAsync(id, Request, Token));

        Assert.Equal("job", refused.Option);
        await Assert.ThrowsAsync<JobNotFoundException>(() => Client.GetAsync(id, Token));
    }

    [Fact]
    public async Task A_job_that_there_is_not_is_not_found_by_anything()
    {
        var id = JobIds.New();

        Assert.Equal(id, (await Assert.ThrowsAsync<JobNotFoundException>(() => Client.GetAsync(id, Token))).JobId);
        await Assert.ThrowsAsync<JobNotFoundException>(() => Client.CancelAsync(id, Token));
        await Assert.ThrowsAsync<JobNotFoundException>(() => Client.WatchAsync(id, Token).ToListAsync(Token).AsTask());
        await Assert.ThrowsAsync<JobNotFoundException>(() =>
            Client.SamplesAsync(id, cancellationToken: Token).ToListAsync(Token).AsTask());
        await Assert.ThrowsAsync<JobNotFoundException>(() => Client.PreviewAsync(id, cancellationToken: Token));
    }

    [Fact]
    public async Task Previews_are_what_the_model_estimated_where_samples_are_done_with_blocks()
    {
        var request = Request with { Count = 30, Batch = 3, Steps = 200, Blocks = 20 };
        var expected = GridFixture.Estimates(request);
        var id = JobIds.New();
        await Client.SubmitAsync(id, request, Token);
        var seen = new List<SamplePreview>();

        await foreach (var _ in Client.WatchAsync(id, Token))
            seen.AddRange(await Client.PreviewAsync(id, most: 2, Token));

        Assert.Contains(seen, preview => preview.Done > 0);
        Assert.All(seen, preview =>
        {
            var ((index, shape, values), steps) = (preview.Estimate, (int)Math.Round(preview.Done * request.Steps!.Value));
            Assert.Equal([2], shape.AsEnumerable());
            Assert.InRange(index % request.Batch!.Value, 0, 1); // two of each batch
            var estimate = steps == 0 ? [0, 0] : expected[steps - 1].AsSpan(2 * index, 2).ToArray();
            Assert.All(estimate.Zip(values.ToArray()), pair => Assert.Equal(pair.First, pair.Second, 1e-3f));
        });
        Assert.Empty(await Client.PreviewAsync(id, cancellationToken: Token));
    }

    [Fact]
    public async Task Jobs_are_listed_the_newest_first()
    {
        string[] ids = [await Done(), await Done(), await Done()];

        var listed = await Client.ListAsync(Token).Where(job => ids.Contains(job.JobId)).ToListAsync(Token);
        var below = await Client.GetPageAsync(ids[2], 1, Token);

        Assert.Equal(ids.Reverse(), listed.Select(job => job.JobId));
        Assert.All(listed, job => Assert.Equal(
            (JobState.Succeeded, "demo", "ddpm", 5, 5), (job.State, job.Model, job.Sampler, job.Count, job.Done)));
        Assert.All(listed, job => Assert.NotNull(job.Submitted));
        Assert.Single(below.Jobs);
        Assert.Equal(below.Next, below.Jobs[0].JobId);
        Assert.True(string.CompareOrdinal(below.Next, ids[2]) < 0);
    }

    [Fact]
    public async Task A_plan_says_what_a_request_comes_to()
    {
        var outline = await Client.PlanAsync(Request with { Model = "digits", Labels = [3], BlockSteps = 10 }, Token);

        Assert.Equal([1, 28, 28], outline.Shape.AsEnumerable());
        Assert.Equal((30, 784), (outline.Steps, outline.Elements));
    }

    [Fact]
    public async Task Models_are_listed()
    {
        var models = await Client.GetModelsAsync(Token);

        var digits = Assert.Single(models, model => model.Name == "digits");
        Assert.Equal([1, 28, 28], digits.Shape.AsEnumerable());
        Assert.Equal(10, digits.Labels);
        var demo = Assert.Single(models, model => model.Name == "demo");
        Assert.Equal((null, null), (demo.Labels, demo.Schedule));
    }

    [Fact]
    public async Task Silos_are_listed()
    {
        // A silo that is busy may not have said it in time.
        var silo = await Eventually.Becomes(
            async () => Assert.Single(await Client.GetSilosAsync(Token)), silo => silo.Load is not null);

        Assert.Equal((true, true), (silo.IsControl, silo.IsCompute));
        Assert.Equal(["emulated:1ms"], silo.Load!.Devices.Select(device => device.Name));
    }

    [Fact]
    public async Task A_watcher_can_leave()
    {
        var id = JobIds.New();
        await Client.SubmitAsync(id, LongRun, Token);
        using var leaving = new CancellationTokenSource();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var progress in Client.WatchAsync(id, leaving.Token))
            {
                if (progress.State == JobState.Running)
                    await leaving.CancelAsync();
            }
        });

        Assert.Equal(JobState.Running, (await Client.GetAsync(id, Token)).State);
        await Client.CancelAsync(id, Token);
    }

    private async Task<string> Done()
    {
        var id = JobIds.New();
        await Client.SubmitAsync(id, Request, Token);
        await Client.WatchAsync(id, Token).LastAsync(Token);
        return id;
    }
}
