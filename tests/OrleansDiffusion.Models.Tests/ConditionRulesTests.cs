using OrleansDiffusion.Sampling;

namespace OrleansDiffusion.Models.Tests;

public sealed class ConditionRulesTests
{
    private static readonly GaussianMixture Denoiser = new(DemoMixture.Create());
    private static readonly Model Unlabelled = new("plain", "", Denoiser, Schedule: null);
    private static readonly Model Labelled = Unlabelled with { Name = "digits", Labels = new ClassLabels(10) };
    private static readonly Model WithNull = Unlabelled with { Name = "free", Labels = new ClassLabels(10, Null: 10) };

    [Fact]
    public void A_model_without_classes_takes_neither_labels_nor_guidance()
    {
        Assert.Empty(Unlabelled.ConditionsFor([], null));
        AssertRefused(Unlabelled, [3], null, "label is not taken by plain, which knows no classes");
        AssertRefused(Unlabelled, [], 1, "guidance is not taken by plain, which knows no classes");
    }

    [Fact]
    public void Labels_are_taken_in_their_order()
    {
        Assert.Equal([new Condition(9), new Condition(0), new Condition(9)], Labelled.ConditionsFor([9, 0, 9], null));
        Assert.Equal([new Condition(3)], Labelled.ConditionsFor([3], guidance: 1));
        Assert.Equal([new Condition(3, 2.5)], WithNull.ConditionsFor([3], guidance: 2.5));
        Assert.Equal([new Condition(3, 0)], WithNull.ConditionsFor([3], guidance: 0));
    }

    [Fact]
    public void A_label_is_one_of_the_models()
    {
        AssertRefused(Labelled, [0, 10], null, "label must be 0 to 9 for digits, was 10");
        AssertRefused(WithNull, [10], null, "label must be 0 to 9 for free, was 10");
        AssertRefused(Labelled, [-1], null, "label must be 0 to 9 for digits, was -1");
    }

    [Fact]
    public void Samples_of_no_class_are_for_models_that_were_trained_on_them()
    {
        Assert.Empty(WithNull.ConditionsFor([], null));
        AssertRefused(Labelled, [], null, "label is needed by digits: 0 to 9");
    }

    [Fact]
    public void Guidance_leads_from_no_class_to_a_label()
    {
        AssertRefused(WithNull, [], 2, "guidance is taken together with label only");
        AssertRefused(Labelled, [3], 2, "guidance must be 1 for digits, which has no label for no class, was 2");
    }

    [Theory]
    [InlineData(-0.5)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void Guidance_is_finite_and_not_negative(double guidance) =>
        AssertRefused(WithNull, [3], guidance, $"guidance must be 0 or more and finite, was {guidance}");

    private static void AssertRefused(Model model, int[] labels, double? guidance, string message)
    {
        var error = Assert.Throws<InvalidOptionException>(() => model.ConditionsFor([.. labels], guidance));
        Assert.Equal(message, error.Message);
    }
}
