using OrleansDiffusion.Cli.Commands;
using OrleansDiffusion.Sampling;
using OrleansDiffusion.Sampling.Picard;
using OrleansDiffusion.Sampling.Schedules;

namespace OrleansDiffusion.Cli.Tests;

public sealed class JobPlanTests
{
    private static readonly DiscreteSchedule Schedule = DiscreteSchedule.Linear();

    [Theory]
    [InlineData(1000, 20)]
    [InlineData(100, 13)]
    [InlineData(7, 1)]
    public void A_window_of_blocks_is_swept_where_no_cut_is_given(int steps, int blockSteps)
    {
        var plan = Plan(new TimelineOptions { Steps = steps }, elements: 784, count: 16);

        Assert.Equal(blockSteps, plan.Timeline.Blocks[0].Steps.Length);
        Assert.Equal(steps, plan.Timeline.Steps);
        Assert.Equal(8, plan.Lookahead);
        Assert.Equal(16, plan.Batch);
    }

    [Fact]
    public void A_given_cut_is_walked_one_block_at_a_time()
    {
        Assert.Equal(1, Plan(new TimelineOptions { BlockSteps = 100 }, 784, 16).Lookahead);
        Assert.Equal(1, Plan(new TimelineOptions { Sampler = Sampler.PiadmSde, Horizon = 4 }, 784, 16).Lookahead);
        Assert.Equal(3, Plan(new TimelineOptions { BlockSteps = 100 }, 784, 16, lookahead: 3).Lookahead);
    }

    [Theory]
    [InlineData(784, 1_000_000)]
    [InlineData(3 * 256 * 256, 64)]
    [InlineData(50_000_000, 4)]
    public void What_is_open_at_once_fits_in_memory(int elements, int count)
    {
        var plan = Plan(new TimelineOptions(), elements, count);

        var points = PicardOptions.MostOpen(plan.Lookahead) * plan.Timeline.Blocks[0].Steps.Length;
        Assert.InRange(plan.Batch, 1, count);
        if (plan.Batch > 1)
            Assert.InRange(20L * elements * points * plan.Batch, 1, 2L << 30);
    }

    private static JobPlan Plan(TimelineOptions options, int elements, int count, int? lookahead = null) =>
        JobPlan.For(options, Schedule, isPicard: true, [elements], count, batch: null, lookahead);
}
