using OrleansDiffusion.Sampling.Schedules;

namespace OrleansDiffusion.Sampling.Tests.Steps;

/// <summary>
/// The piadm samplers on a Gaussian with variances 4/3 and 2/3 and mean 0.5, from its exact law at T = 6: how far the
/// law that they end at is from the exact one, by the recursion of its moments.
/// </summary>
public sealed class GaussianTargetTests
{
    private const double Mean = 0.5;
    private static readonly double[] Variances = [4.0 / 3, 2.0 / 3];

    [Theory]
    [InlineData(Sampler.PiadmSde, 4.840e-3)]
    [InlineData(Sampler.PiadmOde, 8.189e-4)]
    public void The_law_is_missed_by_what_the_method_misses_it(Sampler sampler, double expected) =>
        Assert.InRange(Miss(sampler, 1.0 / 32) / expected, 1 - 2e-4, 1 + 2e-4);

    [Theory]
    [InlineData(Sampler.PiadmSde)]
    [InlineData(Sampler.PiadmOde)]
    public void Half_the_step_halves_the_miss(Sampler sampler)
    {
        Assert.InRange(Miss(sampler, 1.0 / 32) / Miss(sampler, 1.0 / 64), 1.9, 2.1);
        Assert.InRange(Miss(sampler, 1.0 / 64) / Miss(sampler, 1.0 / 128), 1.95, 2.05);
    }

    // W2/√d
    private static double Miss(Sampler sampler, double step)
    {
        var schedule = new OuSchedule();
        var options = new TimelineOptions { Sampler = sampler, Horizon = 6, BlockLength = 1, Step = step };
        var timeline = Timeline.Create(options, schedule);
        var steps = timeline.Blocks.SelectMany(block => block.Steps).ToArray();
        return Math.Sqrt(Variances.Average(variance =>
        {
            var law = GaussianLaw.Noised(timeline.Start, Mean, variance).After(steps, Mean, variance);
            var distance = law.DistanceTo(GaussianLaw.Noised(schedule.At(options.EarlyStop), Mean, variance));
            return distance * distance;
        }));
    }
}
