using OrleansDiffusion.Sampling.Picard;

namespace OrleansDiffusion.Sampling.Tests.Picard;

public sealed class ConvergenceRuleTests
{
    public static TheoryData<Linearization> Linearizations => [.. Enum.GetValues<Linearization>()];

    [Theory]
    [MemberData(nameof(Linearizations))]
    public void What_is_not_finite_is_never_done(Linearization linearization)
    {
        foreach (var tolerance in new[] { 0, 1e-3, 1e30, double.MaxValue })
        {
            var rule = new ConvergenceRule(tolerance, linearization);
            foreach (var update in new[] { double.NaN, double.PositiveInfinity })
            {
                Assert.All([1, 2, 100], sweep => Assert.False(double.IsFinite(rule.ErrorAfter(sweep, update))));
                Assert.All([1, 2, 100], sweep => Assert.False(rule.IsDone(sweep, update)));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Linearizations))]
    public void A_first_sweep_is_held_to_its_update_and_a_later_one_to_no_more(Linearization linearization)
    {
        var rule = new ConvergenceRule(1e-3, linearization);

        Assert.Equal(0.5, rule.ErrorAfter(1, 0.5));
        Assert.InRange(rule.ErrorAfter(2, 0.5), 0.1, 0.5);
        Assert.True(rule.IsDone(1, 1e-3));
        Assert.False(rule.IsDone(1, 1.001e-3));
        Assert.True(rule.IsDone(2, 1e-3));
        Assert.False(rule.IsDone(2, 1e-2));
    }

    [Theory]
    [MemberData(nameof(Linearizations))]
    public void Without_tolerance_only_rest_is_done(Linearization linearization)
    {
        var rule = new ConvergenceRule(0, linearization);

        Assert.True(rule.IsDone(3, 0));
        Assert.False(rule.IsDone(3, double.Epsilon * 8));
    }
}
