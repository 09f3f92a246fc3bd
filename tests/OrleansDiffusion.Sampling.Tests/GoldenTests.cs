using OrleansDiffusion.Sampling.Noise;
using OrleansDiffusion.Sampling.Picard;
using OrleansDiffusion.Sampling.Schedules;

namespace OrleansDiffusion.Sampling.Tests;

public sealed class GoldenTests
{
    public static TheoryData<string> Cases => [.. GoldenCase.Names];

    public static MatrixTheoryData<string, Linearization> Linearizations =>
        new(GoldenCase.Names, Enum.GetValues<Linearization>());

    public static MatrixTheoryData<string, Linearization, FirstIterate> Starts =>
        new(GoldenCase.Names, Enum.GetValues<Linearization>(), Enum.GetValues<FirstIterate>());

    [Theory]
    [MemberData(nameof(Cases))]
    public void The_model_is_evaluated_at_the_golden_grid(string name)
    {
        var golden = GoldenCase.Named(name);

        // The piadm grids also name the time at which they end, where nothing is evaluated.
        var expected = golden.IsPiadm ? golden.Grid[..^1] : golden.Grid;
        var actual = golden.Timeline.Blocks.SelectMany(block => block.Steps).Select(step => step.At.Time).ToArray();

        Assert.Equal(expected.Length, actual.Length);
        Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First, pair.Second, 1e-12));
        if (golden.IsPiadm)
            Assert.Equal(golden.Grid[^1], EndOf(golden.Options), 1e-12);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void The_initial_noise_is_the_golden_one_to_one_unit_in_the_last_place(string name)
    {
        var golden = GoldenCase.Named(name);
        var noise = new NormalNoise(golden.Seed);
        for (uint sample = 0; sample < golden.InitialNoise.Length; sample++)
        {
            var expected = golden.InitialNoise[sample];
            var actual = new float[expected.Length];
            noise.Fill(actual, sample, NoiseAddress.Initial);

            Assert.All(expected.Zip(actual), pair =>
                Assert.InRange(pair.Second, MathF.BitDecrement((float)pair.First), MathF.BitIncrement((float)pair.First)));
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Sequential_samples_are_the_golden_ones(string name)
    {
        var golden = GoldenCase.Named(name);

        var drawn = Sequential(golden);

        Assert.All(drawn.DistancesTo(golden.Samples), distance => Assert.InRange(distance, 0, 1e-4));
    }

    [Theory]
    [MemberData(nameof(Starts))]
    public void Picard_samples_are_the_golden_ones_within_the_tolerance(
        string name, Linearization linearization, FirstIterate start)
    {
        var golden = GoldenCase.Named(name);
        var options = new PicardOptions { Linearization = linearization, Start = start, Tolerance = 1e-3 };

        var drawn = Picard(golden, options);

        Assert.All(drawn.DistancesTo(golden.Samples), distance => Assert.InRange(distance, 0, 2e-3));
    }

    [Theory]
    [MemberData(nameof(Linearizations))]
    public void Without_tolerance_Picard_samples_are_the_sequential_ones(string name, Linearization linearization)
    {
        var golden = GoldenCase.Named(name);

        var drawn = Picard(golden, new PicardOptions { Linearization = linearization, Tolerance = 0 });

        Assert.All(drawn.DistancesTo(golden.Samples), distance => Assert.InRange(distance, 0, 1e-4));
        Assert.All(drawn.DistancesTo(Sequential(golden)), distance => Assert.InRange(distance, 0, 1e-6));
    }

    private static Drawn Sequential(GoldenCase golden) =>
        Drawn.Sequentially(GoldenCase.Mixture, golden.Timeline, golden.Samples.Length, seed: golden.Seed);

    private static Drawn Picard(GoldenCase golden, PicardOptions options) =>
        Drawn.ByPicard(GoldenCase.Mixture, golden.Timeline, options, golden.Samples.Length, seed: golden.Seed);

    private static double EndOf(TimelineOptions options) =>
        PiadmGrid.Blocks(options.Horizon, options.BlockLength, options.Step, options.EarlyStop)[^1][^1];
}
