using OrleansDiffusion.Sampling.Schedules;

namespace OrleansDiffusion.Sampling.Tests.Schedules;

/// <summary>The arithmetic of diffusers' <c>set_timesteps</c>, with numbers worked out by hand.</summary>
public sealed class TimestepGridTests
{
    [Fact]
    public void Leading_takes_multiples_of_the_whole_ratio_from_zero()
    {
        Assert.Equal(Down(980, 20, 50), TimestepGrid.SingleStep(TimestepSpacing.Leading, 1000, 50));
        Assert.Equal(Down(957, 33, 30), TimestepGrid.SingleStep(TimestepSpacing.Leading, 1000, 30));
        Assert.Equal(Down(999, 1, 1000), TimestepGrid.SingleStep(TimestepSpacing.Leading, 1000, 1000));
    }

    [Fact]
    public void Trailing_goes_down_from_the_last_timestep()
    {
        Assert.Equal(Down(999, 20, 50), TimestepGrid.SingleStep(TimestepSpacing.Trailing, 1000, 50));

        // 1000, 966.67, 933.33, 900, ... rounded, less 1.
        var thirty = TimestepGrid.SingleStep(TimestepSpacing.Trailing, 1000, 30);
        Assert.Equal([999, 966, 932, 899, 866], thirty[..5]);
        Assert.Equal([132, 99, 66, 32], thirty[^4..]);
    }

    [Fact]
    public void Linspace_holds_both_ends_and_rounds_half_to_even()
    {
        // 0, 249.75, 499.5, 749.25, 999; and 0, 2.5, 5.
        Assert.Equal([999, 749, 500, 250, 0], TimestepGrid.SingleStep(TimestepSpacing.Linspace, 1000, 5));
        Assert.Equal([5, 2, 0], TimestepGrid.SingleStep(TimestepSpacing.Linspace, 6, 3));
        Assert.Equal([0], TimestepGrid.SingleStep(TimestepSpacing.Linspace, 1000, 1));
    }

    [Fact]
    public void A_multistep_grid_leaves_out_the_lowest_of_one_step_more()
    {
        // 1000 / 21 is 47; 999 / 20 is 49.95.
        Assert.Equal(Down(940, 47, 20), TimestepGrid.MultiStep(TimestepSpacing.Leading, 1000, 20));
        Assert.Equal(Down(999, 50, 20), TimestepGrid.MultiStep(TimestepSpacing.Trailing, 1000, 20));
        Assert.Equal(
            [999, 949, 899, 849, 799, 749, 699, 649, 599, 549, 500, 450, 400, 350, 300, 250, 200, 150, 100, 50],
            TimestepGrid.MultiStep(TimestepSpacing.Linspace, 1000, 20));
    }

    [Theory]
    [InlineData(TimestepSpacing.Leading)]
    [InlineData(TimestepSpacing.Trailing)]
    [InlineData(TimestepSpacing.Linspace)]
    public void Timesteps_fall_strictly_and_stay_on_the_schedule(TimestepSpacing spacing)
    {
        for (var steps = 1; steps <= 1000; steps += steps < 50 ? 1 : 37)
        {
            AssertFalls(TimestepGrid.SingleStep(spacing, 1000, steps), steps);
            if (steps < 1000)
                AssertFalls(TimestepGrid.MultiStep(spacing, 1000, steps), steps);
        }
    }

    private static void AssertFalls(int[] timesteps, int steps)
    {
        Assert.Equal(steps, timesteps.Length);
        Assert.All(timesteps, timestep => Assert.InRange(timestep, 0, 999));
        Assert.All(timesteps.Zip(timesteps.Skip(1)), pair => Assert.True(pair.First > pair.Second));
    }

    private static IEnumerable<int> Down(int from, int by, int count) =>
        Enumerable.Range(0, count).Select(i => from - (i * by));
}
