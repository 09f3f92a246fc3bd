using System.Text;
using OrleansDiffusion.Contracts.Jobs;
using OrleansDiffusion.Silo.Tests.Fixtures;
using OrleansDiffusion.Storage.Objects;

namespace OrleansDiffusion.Silo.Tests;

/// <summary>What the cluster says when it is asked for its jobs.</summary>
public sealed class JobIndexTests
{
    private static readonly SamplingRequest Request = new() { Model = TestModels.Mixture, Count = 3, Steps = 20, Batch = 2 };

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Jobs_are_listed_in_the_descending_order_of_their_ids_page_by_page(bool isShared)
    {
        await using var grid = await TestGrid.Start(
            2, new TestGridOptions { Store = isShared ? new AlteredStore() : null, HasStoreOfItsOwn = !isShared });
        var before = DateTimeOffset.UtcNow;
        string[] ids = ["a", "B", "job-10", "job-9", "c.d_e"];
        foreach (var id in ids)
            await GridJob.Run(grid.Grains, Request, id);
        await grid.Grains.GetGrain<ISamplingJobGrain>("refused").Submit(Request with { Count = 0 }, Token);

        var (one, three) = (await Pages(grid, 1), await Pages(grid, 3));

        Assert.Equal(ids.OrderDescending(StringComparer.Ordinal), one.SelectMany(page => page).Select(job => job.JobId));
        Assert.Equal(one.SelectMany(page => page), three.SelectMany(page => page));
        Assert.All(one, page => Assert.InRange(page.Length, 0, 1));
        Assert.All(three.SelectMany(page => page), job =>
        {
            Assert.Equal(
                (JobState.Succeeded, Request.Model, "ddpm", 3, 3), (job.State, job.Model, job.Sampler, job.Count, job.Done));
            Assert.InRange(job.Submitted!.Value, before, DateTimeOffset.UtcNow);
        });
    }

    [Fact]
    public async Task A_record_that_is_broken_hides_no_other_job()
    {
        var store = new AlteredStore();
        await using var grid = await TestGrid.Start(1, new TestGridOptions { Store = store });
        await GridJob.Run(grid.Grains, Request, "a");
        await GridJob.Run(grid.Grains, Request, "c");
        await store.Write("jobs/b/job.json", Encoding.UTF8.GetBytes("{"), WriteCondition.Always, Token);

        var pages = await Pages(grid, 1);

        Assert.Equal(["c", "a"], pages.SelectMany(page => page).Select(job => job.JobId));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(IJobIndexGrain.LargestPage + 1)]
    public async Task A_page_has_a_size(int most)
    {
        await using var grid = await TestGrid.Start();

        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => Index(grid).List(null, most, Token));
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static IJobIndexGrain Index(TestGrid grid) => grid.Grains.GetGrain<IJobIndexGrain>(0);

    private static async Task<List<JobSummary[]>> Pages(TestGrid grid, int most)
    {
        var pages = new List<JobSummary[]>();
        for (string? below = null; ;)
        {
            var page = await Index(grid).List(below, most, Token);
            pages.Add([.. page.Jobs]);
            if (page.Next is null)
                return pages;
            below = page.Next;
        }
    }
}
