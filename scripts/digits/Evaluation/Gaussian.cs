using static TorchSharp.torch;

namespace OrleansDiffusion.Digits.Evaluation;

/// <summary>A Gaussian in many dimensions.</summary>
/// <param name="Mean">[d], float64.</param>
/// <param name="Covariance">[d, d], float64.</param>
internal sealed record Gaussian(Tensor Mean, Tensor Covariance) : IDisposable
{
    /// <summary>The Gaussian with the mean and covariance of points.</summary>
    /// <param name="points">[n, d], n at least 2.</param>
    public static Gaussian Fit(Tensor points)
    {
        using var scope = NewDisposeScope();
        var wide = points.to(ScalarType.Float64);
        var mean = wide.mean([0L]);
        var centered = wide.sub(mean);
        var covariance = centered.t().matmul(centered).div(tensor(points.shape[0] - 1.0));
        return new Gaussian(mean.MoveToOuterDisposeScope(), covariance.MoveToOuterDisposeScope());
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Mean.Dispose();
        Covariance.Dispose();
    }
}
