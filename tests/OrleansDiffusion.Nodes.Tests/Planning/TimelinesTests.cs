using OrleansDiffusion.Nodes.Planning;
using OrleansDiffusion.Sampling;
using OrleansDiffusion.Sampling.Schedules;

namespace OrleansDiffusion.Nodes.Tests.Planning;

public sealed class TimelinesTests
{
    private static readonly DiscreteSchedule Linear = DiscreteSchedule.Linear();

    private readonly Timelines _timelines = new(most: 2);

    [Fact]
    public void Same_options_and_schedule_have_the_same_timeline() => Assert.Same(Of(10), Of(10));

    [Fact]
    public void Every_option_and_the_schedule_tell_timelines_apart()
    {
        var one = Of(10);

        Assert.Equal(20, Of(20).Steps);
        Assert.Equal(2, _timelines.Of(Options(10) with { BlockSteps = 5 }, Linear).Blocks.Length);
        Assert.NotEqual(one.Start, _timelines.Of(Options(10), DiscreteSchedule.Cosine()).Start);
    }

    [Fact]
    public void Those_that_were_used_last_are_kept()
    {
        var (ten, twenty) = (Of(10), Of(20));
        _ = Of(10);
        _ = Of(30);

        Assert.Same(ten, Of(10));
        Assert.NotSame(twenty, Of(20));
    }

    [Fact]
    public void What_is_refused_is_refused_every_time()
    {
        for (var attempt = 0; attempt < 2; attempt++)
            Assert.Equal("steps", Assert.Throws<InvalidOptionException>(() => Of(0)).Option);
    }

    private Timeline Of(int steps) => _timelines.Of(Options(steps), Linear);

    private static TimelineOptions Options(int steps) => new() { Steps = steps };
}
