using OrleansDiffusion.Digits.Evaluation;
using static TorchSharp.torch;

namespace OrleansDiffusion.Models.Tests.Digits;

public sealed class FrechetDistanceTests
{
    [Fact]
    public void Of_a_law_and_itself_it_is_zero()
    {
        using var points = Points(seed: 1);
        using var law = Gaussian.Fit(points);

        Assert.Equal(0, FrechetDistance.Between(law, law), 1e-9);
    }

    [Fact]
    public void Of_a_law_and_the_same_law_shifted_it_is_the_square_of_the_shift()
    {
        using var points = Points(seed: 1);
        using var shift = tensor([3.0, 0, -4.0, 0, 0]);
        using var moved = points - shift;
        using var first = Gaussian.Fit(points);
        using var second = Gaussian.Fit(moved);

        Assert.Equal(25, FrechetDistance.Between(first, second), 1e-9);
    }

    [Fact]
    public void Of_laws_with_common_axes_it_is_the_distance_of_their_standard_deviations()
    {
        using var mean = zeros(3, ScalarType.Float64);
        using var variances = tensor([4.0, 9.0, 0.0]);
        using var otherVariances = tensor([1.0, 25.0, 1.0]);
        using var first = new Gaussian(mean.alias(), variances.diag());
        using var second = new Gaussian(mean.alias(), otherVariances.diag());

        Assert.Equal(1 + 4 + 1, FrechetDistance.Between(first, second), 1e-9);
    }

    [Fact]
    public void It_is_symmetric()
    {
        using var points = Points(seed: 1);
        using var otherPoints = Points(seed: 2);
        using var first = Gaussian.Fit(points);
        using var second = Gaussian.Fit(otherPoints);

        var distance = FrechetDistance.Between(first, second);

        Assert.True(distance > 1e-3);
        Assert.Equal(distance, FrechetDistance.Between(second, first), 1e-9);
    }

    // Correlated: each coordinate holds half of the one before it.
    private static Tensor Points(int seed)
    {
        var random = new Random(seed);
        var values = new double[40, 5];
        for (var i = 0; i < 40; i++)
        {
            for (var j = 0; j < 5; j++)
                values[i, j] = random.NextDouble() + (j > 0 ? values[i, j - 1] / 2 : 0);
        }

        return tensor(values);
    }
}
