using OrleansDiffusion.Sampling.Picard;

namespace OrleansDiffusion.Sampling.Tests.Picard;

/// <summary>
/// What the secant is for: fewer rounds than the published linearisations at the same tolerance, which all of them
/// keep (<see cref="ToleranceTests"/>).
/// </summary>
public sealed class SecantRoundsTests(ITestOutputHelper output)
{
    private const string OneBlock = "ddpm100-seed7";
    private const string TenBlocks = "ddpm1000-seed7";

    public static TheoryData<string, FirstIterate, int> Runs => new()
    {
        { OneBlock, FirstIterate.Rolled, 3 },
        { OneBlock, FirstIterate.Rolled, 16 },
        { OneBlock, FirstIterate.Copied, 3 },
        { OneBlock, FirstIterate.Copied, 16 },
        { TenBlocks, FirstIterate.Rolled, 3 },
        { TenBlocks, FirstIterate.Rolled, 16 },
        { TenBlocks, FirstIterate.Copied, 3 },
        { TenBlocks, FirstIterate.Copied, 16 },
    };

    [Theory]
    [MemberData(nameof(Runs))]
    public void Started_alike_the_secant_takes_half_the_rounds_of_score_and_three_quarters_of_drift(
        string name, FirstIterate start, int samples)
    {
        var secant = Rounds(name, Linearization.Secant, start, samples);

        Assert.InRange(secant, 1, 0.5 * Rounds(name, Linearization.Score, start, samples));
        Assert.InRange(secant, 1, 0.75 * Rounds(name, Linearization.Drift, start, samples));
    }

    [Theory]
    [InlineData(OneBlock)]
    [InlineData(TenBlocks)]
    public void The_defaults_take_half_the_rounds_of_the_methods_as_published(string name)
    {
        const int Samples = 16;
        var defaults = new PicardOptions();

        var rounds = Rounds(name, defaults.Linearization, defaults.Start, Samples);

        Assert.InRange(rounds, 1, 0.5 * Rounds(name, Linearization.Score, FirstIterate.Copied, Samples));
        Assert.InRange(rounds, 1, 0.5 * Rounds(name, Linearization.Drift, FirstIterate.Copied, Samples));
    }

    private int Rounds(string name, Linearization linearization, FirstIterate start, int samples)
    {
        var options = new PicardOptions { Linearization = linearization, Start = start };
        var rounds = Drawn.ByPicard(GoldenCase.Mixture, GoldenCase.Named(name).Timeline, options, samples).Rounds;
        output.WriteLine($"{name}, {start}, {samples} samples: {linearization} takes {rounds} rounds");
        return rounds;
    }
}
