using OrleansDiffusion.Sampling.Picard;

namespace OrleansDiffusion.Sampling.Tests.Picard;

public sealed class ConvergenceRuleTests
{
    private const double DataVariance = 0.3;
    private const int Blocks = 50;

    public static TheoryData<Linearization> Linearizations => [.. Enum.GetValues<Linearization>()];

    [Theory]
    [MemberData(nameof(Linearizations))]
    public void What_is_not_finite_is_never_done(Linearization linearization)
    {
        foreach (var tolerance in new[] { 0, 1e-3, 1e30, double.MaxValue })
        {
            var rule = new ConvergenceRule(tolerance, linearization, Blocks, DataVariance);
            foreach (var update in new[] { double.NaN, double.PositiveInfinity })
            {
                Assert.All([1, 2, 100], sweep => Assert.False(double.IsFinite(rule.ErrorAfter(sweep, update))));
                Assert.All([1, 2, 100], sweep => Assert.False(rule.IsDone(sweep, update)));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Linearizations))]
    public void A_first_sweep_is_trusted_least_and_a_larger_update_leaves_more(Linearization linearization)
    {
        var rule = new ConvergenceRule(1e-3, linearization, Blocks, DataVariance);

        Assert.True(rule.ErrorAfter(1, 1e-3) >= rule.ErrorAfter(2, 1e-3));
        Assert.Equal(rule.ErrorAfter(2, 1e-3), rule.ErrorAfter(9, 1e-3));
        Assert.True(rule.ErrorAfter(2, 2e-3) >= 2 * rule.ErrorAfter(2, 1e-3));
    }

    [Theory]
    [InlineData(Linearization.Secant)]
    [InlineData(Linearization.Data)]
    [InlineData(Linearization.Score)]
    public void A_sensitive_model_must_come_to_rest_more_closely(Linearization linearization)
    {
        var smooth = new ConvergenceRule(1e-3, linearization, Blocks, DataVariance);
        var sensitive = new ConvergenceRule(1e-3, linearization, Blocks, DataVariance, sensitivity: 10);

        foreach (var sweep in new[] { 1, 2, 7 })
            Assert.Equal(smooth.ErrorAfter(sweep, 1e-3), sensitive.ErrorAfter(sweep, 1e-4), 1e-12);
        Assert.Throws<ArgumentOutOfRangeException>(
            () => new ConvergenceRule(1e-3, linearization, Blocks, DataVariance, sensitivity: 0.5));
    }

    [Fact]
    public void The_secants_error_falls_faster_than_its_update_and_scales_with_the_data()
    {
        var rule = new ConvergenceRule(1e-3, Linearization.Secant, Blocks, DataVariance);
        var tenfold = new ConvergenceRule(1e-3, Linearization.Secant, Blocks, 100 * DataVariance);

        var order = Math.Log10(rule.ErrorAfter(2, 1e-2) / rule.ErrorAfter(2, 1e-3));

        Assert.Equal((1 + Math.Sqrt(5)) / 2, order, 1e-3);
        Assert.Equal(10 * rule.ErrorAfter(2, 1e-3), tenfold.ErrorAfter(2, 1e-2), 1e-12);
    }

    [Fact]
    public void The_secant_leaves_each_of_many_blocks_a_smaller_share()
    {
        double ErrorOf(int blocks) =>
            new ConvergenceRule(1e-3, Linearization.Secant, blocks, DataVariance).ErrorAfter(2, 1e-3);

        Assert.Equal(ErrorOf(1), ErrorOf(4));
        Assert.True(ErrorOf(4) < ErrorOf(20));
        Assert.Equal(2 * ErrorOf(50), ErrorOf(200), 1e-12);
        Assert.Throws<ArgumentOutOfRangeException>(() => ErrorOf(0));
    }

    [Theory]
    [MemberData(nameof(Linearizations))]
    public void A_sweep_is_done_exactly_where_the_error_it_may_have_left_is_within_the_tolerance(
        Linearization linearization)
    {
        var rule = new ConvergenceRule(1e-3, linearization, Blocks, DataVariance);
        foreach (var sweep in new[] { 1, 2, 9 })
        {
            foreach (var update in new[] { 1e-5, 4e-4, 6e-4, 9e-4, 1.1e-3, 2e-3, 4e-3, 1e-2 })
                Assert.Equal(rule.ErrorAfter(sweep, update) <= 1e-3, rule.IsDone(sweep, update));
        }
    }

    [Theory]
    [MemberData(nameof(Linearizations))]
    public void Without_tolerance_only_rest_is_done(Linearization linearization)
    {
        var rule = new ConvergenceRule(0, linearization, Blocks, DataVariance);

        Assert.True(rule.IsDone(3, 0));
        Assert.False(rule.IsDone(3, float.Epsilon));
    }
}
