using System.Runtime.InteropServices;
using OrleansDiffusion.Models;
using static TorchSharp.torch;

namespace OrleansDiffusion.Digits.Evaluation;

/// <summary>
/// The squared Fréchet (2-Wasserstein) distance of Gaussians, ‖m₁ − m₂‖² + tr(C₁ + C₂ − 2 (C₁ C₂)^½): with features of
/// images as points, the measure that "FID" stands for (Heusel et al. 2017).
/// </summary>
internal static class FrechetDistance
{
    /// <summary>The distance of two Gaussians.</summary>
    public static double Between(Gaussian first, Gaussian second)
    {
        using var scope = NewDisposeScope();
        var apart = first.Mean.sub(second.Mean);
        var traces = first.Covariance.trace().add(second.Covariance.trace(), Scalars.One);

        // (C₁ C₂)^½ has the trace of (C₁^½ C₂ C₁^½)^½, which is symmetric.
        var root = Root(first.Covariance);
        var cross = Root(root.matmul(second.Covariance).matmul(root)).trace();
        return Math.Max(0, Value(apart.dot(apart)) + Value(traces) - (2 * Value(cross)));
    }

    // Of a symmetric matrix; an eigenvalue below 0 is 0 but for rounding.
    private static Tensor Root(Tensor matrix)
    {
        var (values, vectors) = linalg.eigh(matrix);
        return vectors.mul(values.relu().sqrt()).matmul(vectors.t());
    }

    private static double Value(Tensor number) => MemoryMarshal.Read<double>(number.bytes);
}
