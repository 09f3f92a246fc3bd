using OrleansDiffusion.Sampling.Picard;

namespace OrleansDiffusion.Sampling.Tests.Picard;

/// <summary>
/// What the secant is for: fewer sweeps than the published linearisations at the same tolerance, which all of them
/// keep (<see cref="ToleranceTests"/>). They are counted block by block, each by its slowest sample.
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
    public void Started_alike_the_secant_takes_half_the_sweeps_of_score_and_three_quarters_of_drift(
        string name, FirstIterate start, int samples)
    {
        var secant = Sweeps(name, Linearization.Secant, start, samples);

        Assert.InRange(secant, 1, 0.5 * Sweeps(name, Linearization.Score, start, samples));
        Assert.InRange(secant, 1, 0.75 * Sweeps(name, Linearization.Drift, start, samples));
    }

    [Theory]
    [InlineData(OneBlock)]
    [InlineData(TenBlocks)]
    public void The_defaults_take_half_the_sweeps_of_the_methods_as_published(string name)
    {
        const int Samples = 16;
        var defaults = new PicardOptions();

        var sweeps = Sweeps(name, defaults.Linearization, defaults.Start, Samples);

        Assert.InRange(sweeps, 1, 0.5 * Sweeps(name, Linearization.Score, FirstIterate.Copied, Samples));
        Assert.InRange(sweeps, 1, 0.5 * Sweeps(name, Linearization.Drift, FirstIterate.Copied, Samples));
    }

    private int Sweeps(string name, Linearization linearization, FirstIterate start, int samples)
    {
        var options = new PicardOptions { Linearization = linearization, Start = start };
        var sweeps = Drawn.ByPicard(GoldenCase.Mixture, GoldenCase.Named(name).Timeline, options, samples)
            .SweepsPerBlock.Sum();
        output.WriteLine($"{name}, {start}, {samples} samples: {linearization} takes {sweeps} sweeps");
        return sweeps;
    }
}
