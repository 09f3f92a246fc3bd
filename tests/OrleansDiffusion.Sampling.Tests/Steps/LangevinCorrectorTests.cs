using OrleansDiffusion.Sampling.Schedules;
using OrleansDiffusion.Sampling.Steps;

namespace OrleansDiffusion.Sampling.Tests.Steps;

public sealed class LangevinCorrectorTests
{
    [Fact]
    public void Weights_of_one_step_are_those_of_the_exact_integral()
    {
        // At α = σ = 1 the weight of D is that of the score, the force.
        var step = LangevinCorrector.Step(new NoiseLevel(1, 1, 0), friction: 2, step: 0.3, noise: default);
        var (u, v) = (step.Sample, step.Second);

        Assert.Equal(0.0235131, u.Noise * u.Noise, 1e-7);
        Assert.Equal(0.1017855, u.Noise * v.Noise, 1e-7);
        Assert.Equal(0.6988058, (v.Noise * v.Noise) + (v.SecondNoise * v.SecondNoise), 1e-7);
        Assert.Equal(0.0372029, u.D, 1e-7);
        Assert.Equal(0.2255942, v.D, 1e-7);
        Assert.Equal(0.2255942, u.Y, 1e-7);
        Assert.Equal(0.5488116, v.Y, 1e-7);
        Assert.Equal(0, u.SecondNoise);
        Assert.Equal(1 - u.D, u.X, 1e-15);
        Assert.Equal(-v.D, v.X, 1e-15);
    }

    [Theory]
    [InlineData(5)]
    [InlineData(0.5)]
    [InlineData(1e-3)]
    public void The_law_at_a_level_is_nearly_left_alone(double ouTime)
    {
        var level = new OuSchedule().At(ouTime);
        foreach (var variance in new[] { 1, 0.25 })
        {
            var law = GaussianLaw.Noised(level, 0.5, variance);

            var after = Corrected(law, level, variance, LangevinCorrector.FewestSteps);
            var finer = Corrected(law, level, variance, 4 * LangevinCorrector.FewestSteps);

            Assert.InRange(after.DistanceTo(law) / law.DeviationX, 0, 0.01);
            Assert.InRange(finer.DistanceTo(law) / after.DistanceTo(law), 0.2, 0.3);
        }
    }

    [Fact]
    public void A_law_that_is_off_is_brought_nearer()
    {
        var level = new OuSchedule().At(0.5);
        var exact = GaussianLaw.Noised(level, 0.5, 0.25);
        var off = exact with { MeanX = exact.MeanX + 0.2, VarianceX = exact.VarianceX * 1.5 };

        var after = Corrected(off, level, 0.25, LangevinCorrector.FewestSteps);

        Assert.InRange(after.DistanceTo(exact) / off.DistanceTo(exact), 0, 0.8);
    }

    private static GaussianLaw Corrected(GaussianLaw law, NoiseLevel level, double variance, int steps) =>
        (law with { VarianceY = 1 }).After(LangevinCorrector.Steps(level, steps, block: 0), 0.5, variance);
}
