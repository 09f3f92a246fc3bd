using OrleansDiffusion.Sampling.Schedules;
using OrleansDiffusion.Sampling.Steps;

namespace OrleansDiffusion.Sampling.Tests.Steps;

/// <summary>
/// The order of every step rule: the slope of log error against log step, on Gaussian data, where the error of the
/// law is known exactly. A deterministic sampler maps Gaussians affinely, so for it the error of mean and deviation
/// is that of every sample.
/// </summary>
public sealed class ConvergenceOrderTests
{
    private const double From = 3;
    private const double To = 0.1;
    private const double Mean = 0.5;
    private static readonly OuSchedule Schedule = new();

    public static TheoryData<string, double> Rules => new()
    {
        { "ddim", 1 },
        { "dpm++2m", 2 },
        { "piadm-ode", 1 },
        { "ddim, eta 0.5", 1 },
        { "ddpm", 1 },
        { "piadm-sde", 1 },
    };

    [Theory]
    [MemberData(nameof(Rules))]
    public void A_step_rule_has_its_order(string rule, double order)
    {
        foreach (var variance in new[] { 0.25, 3 })
        {
            Assert.All(new[] { 512, 1024, 2048 }, count =>
                Assert.InRange(Math.Log2(Error(rule, count, variance) / Error(rule, 2 * count, variance)),
                    order - 0.1, order + 0.1));
        }
    }

    private static double Error(string rule, int count, double variance)
    {
        var law = GaussianLaw.Noised(Schedule.At(From), Mean, variance).After(Steps(rule, count), Mean, variance);
        return law.DistanceTo(GaussianLaw.Noised(Schedule.At(To), Mean, variance));
    }

    private static IEnumerable<Step> Steps(string rule, int count)
    {
        var length = (From - To) / count;
        for (var j = 0; j < count; j++)
        {
            var (before, from, to) = (j == 0 ? default(NoiseLevel?) : Level(j - 1), Level(j), Level(j + 1));
            yield return rule switch
            {
                "ddim" => Ddim.Step(from, to, eta: 0, default),
                "ddim, eta 0.5" => Ddim.Step(from, to, eta: 0.5, default),
                "ddpm" => Ddpm.Step(from, to, default),
                "dpm++2m" => DpmSolverPlusPlus2M.Step(before, from, to),
                "piadm-ode" => PiadmOde.Step(from, length),
                "piadm-sde" => PiadmSde.Step(from, length, default),
                _ => throw new ArgumentOutOfRangeException(nameof(rule)),
            };
        }

        NoiseLevel Level(int j) => Schedule.At(From - (j * length));
    }
}
