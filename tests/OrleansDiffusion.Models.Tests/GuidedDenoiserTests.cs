using System.Runtime.InteropServices;
using OrleansDiffusion.Sampling;
using static TorchSharp.torch;

namespace OrleansDiffusion.Models.Tests;

public sealed class GuidedDenoiserTests
{
    private const int Elements = 2;
    private const int NullClass = 10;

    // A label alone, guided ones, none at all, and guidance off.
    private static readonly Condition[] Mixed =
        [new(3), new(5, 2.5), Condition.None, new(7, 0.5), new(4, 0), new(1, 8)];

    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.Float64)]
    public void Guidance_is_its_formula(ScalarType type)
    {
        using var denoiser = new GuidedDenoiser(new LabelSquares(), NullClass);

        var denoised = Denoise(denoiser, Mixed, type);

        // The numbers are small and dyadic, so nothing is rounded.
        var expected = Mixed.SelectMany((condition, row) => Row(row).Select(x =>
        {
            var ofNull = LabelSquares.Of(x, Level(row), NullClass);
            var ofLabel = LabelSquares.Of(x, Level(row), condition.Label ?? NullClass);
            return ofNull + (condition.Guidance * (ofLabel - ofNull));
        }));
        Assert.Equal(expected, denoised);
    }

    [Fact]
    public void Guided_rows_are_asked_twice_and_others_once_in_one_call()
    {
        var inner = new LabelSquares();
        using var denoiser = new GuidedDenoiser(inner, NullClass);

        Denoise(denoiser, Mixed);

        var call = Assert.Single(inner.Calls);
        Assert.Equal([3, 5, 10, 7, 4, 1, 10, 10, 10, 10], call.Select(row => row.Label));
        Assert.All(call, row => Assert.Equal(1, row.Guidance));
    }

    [Fact]
    public void Without_guidance_a_row_is_asked_once()
    {
        var inner = new LabelSquares();
        using var denoiser = new GuidedDenoiser(inner, NullClass);

        Denoise(denoiser, [new(3, 1), Condition.None, new(5)]);

        Assert.Equal([new Condition(3), new Condition(10), new Condition(5)], Assert.Single(inner.Calls));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(6)]
    public void The_inner_denoiser_is_given_no_more_rows_than_it_takes(int limit)
    {
        var inner = new LabelSquares(limit);
        using var limited = new GuidedDenoiser(inner, NullClass);
        using var unlimited = new GuidedDenoiser(new LabelSquares(), NullClass);

        var denoised = Denoise(limited, Mixed);

        Assert.Equal(limit, limited.BatchLimit);
        Assert.Equal((10 + limit - 1) / limit, inner.Calls.Count);
        Assert.All(inner.Calls, call => Assert.InRange(call.Length, 1, limit));
        Assert.Equal(Denoise(unlimited, Mixed), denoised);
    }

    [Fact]
    public void It_is_otherwise_its_inner_denoiser_and_ends_with_it()
    {
        var inner = new LabelSquares();
        var denoiser = new GuidedDenoiser(inner, NullClass);

        Assert.Equal(
            (inner.Shape, inner.DataVariance, inner.Sensitivity),
            (denoiser.Shape, denoiser.DataVariance, denoiser.Sensitivity));
        denoiser.Dispose();
        Assert.True(inner.IsDisposed);
    }

    private static double[] Row(int row) => [row + 0.5, -row];

    private static NoiseLevel Level(int row) => new(1, 0.25 * row, row);

    private static double[] Denoise(
        GuidedDenoiser denoiser, Condition[] conditions, ScalarType type = ScalarType.Float64)
    {
        var rows = Enumerable.Range(0, conditions.Length).ToArray();
        using var x = tensor(rows.SelectMany(Row).ToArray(), [rows.Length, 1, Elements], type);
        using var before = x.clone();
        using var denoised = denoiser.Denoise(x, [.. rows.Select(Level)], conditions);
        Assert.Equal(x.shape, denoised.shape);
        Assert.Equal(type, denoised.dtype);
        Assert.True(x.equal(before).all().item<bool>());
        using var wide = denoised.to(ScalarType.Float64).contiguous();
        return MemoryMarshal.Cast<byte, double>(wide.bytes).ToArray();
    }

    /// <summary>D = label² x + σ, and what it was asked.</summary>
    private sealed class LabelSquares(int batchLimit = int.MaxValue) : IDenoiser, IDisposable
    {
        public List<Condition[]> Calls { get; } = [];

        public bool IsDisposed { get; private set; }

        public IReadOnlyList<long> Shape { get; } = [1, Elements];

        public double DataVariance => 0.75;

        public double Sensitivity => 3;

        public int BatchLimit => batchLimit;

        public static double Of(double x, NoiseLevel level, int label) => (label * label * x) + level.Sigma;

        public Tensor Denoise(Tensor x, ReadOnlySpan<NoiseLevel> levels, ReadOnlySpan<Condition> conditions)
        {
            Calls.Add(conditions.ToArray());
            using var wide = x.to(ScalarType.Float64);
            var values = MemoryMarshal.Cast<byte, double>(wide.bytes).ToArray();
            for (var i = 0; i < values.Length; i++)
                values[i] = Of(values[i], levels[i / Elements], conditions[i / Elements].Label!.Value);
            return tensor(values, x.shape, x.dtype);
        }

        public void Dispose() => IsDisposed = true;
    }
}
