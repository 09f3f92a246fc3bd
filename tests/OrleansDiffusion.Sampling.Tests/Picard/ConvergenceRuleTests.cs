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
    public void A_first_sweep_is_trusted_least_and_the_bound_grows_with_the_update(Linearization linearization)
    {
        var rule = new ConvergenceRule(1e-3, linearization);

        Assert.True(rule.ErrorAfter(1, 0.5) >= rule.ErrorAfter(2, 0.5));
        Assert.Equal(rule.ErrorAfter(2, 0.5), rule.ErrorAfter(9, 0.5));
        Assert.Equal(10 * rule.ErrorAfter(2, 0.5), rule.ErrorAfter(2, 5), 1e-12);
    }

    [Theory]
    [MemberData(nameof(Linearizations))]
    public void A_sweep_is_done_exactly_where_the_error_it_may_have_left_is_within_the_tolerance(
        Linearization linearization)
    {
        var rule = new ConvergenceRule(1e-3, linearization);
        foreach (var sweep in new[] { 1, 2, 9 })
        {
            var largest = 1e-3 / rule.ErrorAfter(sweep, 1);

            Assert.True(rule.IsDone(sweep, 0.999 * largest));
            Assert.False(rule.IsDone(sweep, 1.001 * largest));
        }
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
