using OrleansDiffusion.Sampling;
using TorchSharp;
using static TorchSharp.torch;

namespace OrleansDiffusion.Models;

/// <summary>
/// A denoiser whose D is clamped to [−range, range], as diffusers' <c>clip_sample</c> asks. It goes around guidance,
/// which leads out of the range that it was trained in.
/// </summary>
/// <param name="inner">The denoiser; it is disposed with this one.</param>
/// <param name="range">The magnitude that D is clamped to; positive.</param>
public sealed class ClippedDenoiser(IDenoiser inner, double range) : IDenoiser, IDisposable
{
    private readonly Scalar _least = -range;
    private readonly Scalar _most = range;

    /// <inheritdoc/>
    public IReadOnlyList<long> Shape => inner.Shape;

    /// <inheritdoc/>
    public double DataVariance => inner.DataVariance;

    /// <inheritdoc/>
    public double Sensitivity => inner.Sensitivity;

    /// <inheritdoc/>
    public int BatchLimit => inner.BatchLimit;

    /// <inheritdoc/>
    public Tensor Denoise(Tensor x, ReadOnlySpan<NoiseLevel> levels, ReadOnlySpan<Condition> conditions)
    {
        using var denoised = inner.Denoise(x, levels, conditions);
        return denoised.clamp(_least, _most);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        (inner as IDisposable)?.Dispose();
        _least.Dispose();
        _most.Dispose();
    }
}
