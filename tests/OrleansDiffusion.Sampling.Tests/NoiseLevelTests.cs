using OrleansDiffusion.Sampling.Schedules;

namespace OrleansDiffusion.Sampling.Tests;

public sealed class NoiseLevelTests
{
    public static TheoryData<double> OuTimes => [1e-3, 0.1, 1, 4, 8];

    [Theory]
    [MemberData(nameof(OuTimes))]
    public void The_variance_behind_a_gain_is_the_one_that_gives_it(double ouTime)
    {
        var level = new OuSchedule().At(ouTime);
        foreach (var variance in new[] { 0, 1e-4, 1e-2, 0.3 })
        {
            var gain = level.GaussianGain(variance);
            if (gain * level.Alpha < 0.99)
                Assert.Equal(variance, level.GaussianVariance(gain), 1e-9);
        }
    }

    [Theory]
    [MemberData(nameof(OuTimes))]
    public void The_variance_is_bounded_where_the_gain_says_nothing_about_it(double ouTime)
    {
        var level = new OuSchedule().At(ouTime);

        var variance = level.GaussianVariance(1 / level.Alpha);

        Assert.True(double.IsFinite(variance));
        Assert.InRange(level.GaussianGain(variance), 0.98 / level.Alpha, 1 / level.Alpha);
    }
}
