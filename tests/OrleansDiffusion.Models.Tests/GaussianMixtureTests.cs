using System.Runtime.InteropServices;
using OrleansDiffusion.Sampling;
using OrleansDiffusion.Tests;
using static TorchSharp.torch;

namespace OrleansDiffusion.Models.Tests;

/// <summary>The tensor implementation against the formula, written out row by row in double precision.</summary>
public sealed class GaussianMixtureTests
{
    // Of σ, from almost data to almost noise.
    private static readonly double[] Sigmas = [1e-4, 1e-2, 0.1, 0.5, 0.9, 0.9999];

    [Theory]
    [InlineData(2, false, 1e-5)]
    [InlineData(2, true, 1e-9)]
    [InlineData(300, false, 1e-5)]
    [InlineData(300, true, 1e-9)]
    [InlineData(16384, false, 1e-5)]
    [InlineData(16384, true, 1e-9)]
    public void It_is_the_formula_at_points_of_the_noised_law(int elements, bool wide, double tolerance)
    {
        var parameters = Mixtures.Random(5, elements);
        var random = new Random(5);
        var rows = Sigmas.SelectMany(sigma => Enumerable.Repeat(LevelOf(sigma), 4))
            .Select(level => (Level: level, X: Noised(parameters, level, random))).ToArray();

        AssertIsTheFormula(parameters, rows, wide, tolerance);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(16384)]
    public void Between_two_components_it_weighs_them_by_their_likelihood(int elements)
    {
        // A narrow and a wide component at the same place, and points between them: in many dimensions the logits
        // are thousands apart from zero and their difference is what counts.
        var parameters = new MixtureParameters(
            [elements], [1, 1], [new double[elements], [.. Enumerable.Repeat(0.02, elements)]], [1, 1.0001]);
        var random = new Random(7);
        var rows = new[] { 0.01, 0.1, 0.5 }.Select(LevelOf)
            .SelectMany(level => new[] { 0.0, 0.25, 0.5, 0.75, 1 }, (level, part) => (level, X: Between(level, part)))
            .ToArray();

        AssertIsTheFormula(parameters, rows, wide: false, 1e-5);

        double[] Between(NoiseLevel level, double part) =>
            [.. Enumerable.Range(0, elements).Select(_ => (level.Alpha * 0.02 * part) + Normal(random))];
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Far_from_all_components_and_almost_without_noise_it_stays_a_number(bool wide)
    {
        var parameters = Mixtures.Random(5, 16);
        var rows = new[] { 1e-4, 0.5, 0.9999 }.Select(LevelOf)
            .SelectMany(_ => new[] { -1e6, -1e3, 1e3, 1e6 }, (level, at) => (level, X: Enumerable.Repeat(at, 16).ToArray()))
            .ToArray();

        AssertIsTheFormula(parameters, rows, wide, 1e-5);
    }

    [Fact]
    public void Without_noise_x_is_its_own_estimate()
    {
        var parameters = Mixtures.Random(3, 8);
        var x = Noised(parameters, new NoiseLevel(1, 0, 0), new Random(9));

        AssertNear(x, Denoise(parameters, [(new NoiseLevel(1, 0, 0), x)], wide: true), 1e-9);
    }

    [Fact]
    public void Weights_need_not_sum_to_one()
    {
        var parameters = Mixtures.Random(3, 8);
        var scaled = parameters with { Weights = [.. parameters.Weights.Select(weight => weight * 1e6)] };
        var row = (LevelOf(0.7), Noised(parameters, LevelOf(0.7), new Random(9)));

        AssertNear(Denoise(parameters, [row], wide: true), Denoise(scaled, [row], wide: true), 1e-12);
    }

    [Fact]
    public void A_batch_keeps_the_shape_of_its_samples()
    {
        using var mixture = new GaussianMixture(Mixtures.Random(2, 12) with { Shape = [3, 2, 2] });
        using var x = zeros(5, 3, 2, 2);

        using var denoised = mixture.Denoise(x, [.. Enumerable.Repeat(LevelOf(0.5), 5)], new Condition[5]);

        Assert.Equal([3, 2, 2], mixture.Shape);
        Assert.Equal([5, 3, 2, 2], denoised.shape);
        Assert.Equal(ScalarType.Float32, denoised.dtype);
    }

    [Fact]
    public void A_batch_is_no_larger_than_memory_allows_and_never_empty()
    {
        using var small = new GaussianMixture(Mixtures.StandardNormal(16));
        using var large = new GaussianMixture(Mixtures.StandardNormal(1 << 23));

        // What a call holds in float64 a row: the row itself, and one number a component.
        Assert.InRange(small.BatchLimit * 16L * sizeof(double), 1 << 20, 64 << 20);
        Assert.Equal(1, large.BatchLimit);
    }

    [Fact]
    public void The_datas_variance_is_about_the_mean_of_all_elements()
    {
        // Elements 1 and 3, and 5 and 7, by weights 3 and 1: mean 3, spread (4 + 0)/2 and (4 + 16)/2.
        using var mixture = new GaussianMixture(new MixtureParameters([2], [3, 1], [[1, 3], [5, 7]], [0.5, 2]));

        Assert.Equal((0.75 * (2 + 0.25)) + (0.25 * (10 + 4)), mixture.DataVariance, 1e-12);
    }

    private static void AssertIsTheFormula(
        MixtureParameters parameters, (NoiseLevel Level, double[] X)[] rows, bool wide, double tolerance)
    {
        var formula = new ScalarMixture(parameters);
        var expected = rows.SelectMany(row => formula.Denoise(wide ? row.X : Narrowed(row.X), row.Level)).ToArray();

        AssertNear(expected, Denoise(parameters, rows, wide), tolerance);
    }

    private static double[] Denoise(MixtureParameters parameters, (NoiseLevel Level, double[] X)[] rows, bool wide)
    {
        using var mixture = new GaussianMixture(parameters);
        using var x = tensor(rows.SelectMany(row => row.X).ToArray(), [rows.Length, .. parameters.Shape]);
        using var typed = x.to(wide ? ScalarType.Float64 : ScalarType.Float32);
        using var denoised = mixture.Denoise(typed, [.. rows.Select(row => row.Level)], new Condition[rows.Length]);
        Assert.Equal(typed.dtype, denoised.dtype);
        using var result = denoised.to(ScalarType.Float64);
        return MemoryMarshal.Cast<byte, double>(result.bytes).ToArray();
    }

    private static void AssertNear(double[] expected, double[] actual, double tolerance)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], actual[i], tolerance * (1 + Math.Abs(expected[i])));
    }

    private static NoiseLevel LevelOf(double sigma) => new(Math.Sqrt(1 - (sigma * sigma)), sigma, 0);

    private static double[] Noised(MixtureParameters parameters, NoiseLevel level, Random random)
    {
        var k = random.Next(parameters.Means.Count);
        return [.. parameters.Means[k].Select(mean =>
            (level.Alpha * (mean + (parameters.Stddevs[k] * Normal(random)))) + (level.Sigma * Normal(random)))];
    }

    private static double[] Narrowed(double[] x) => Array.ConvertAll(x, value => (double)(float)value);

    private static double Normal(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
