using static TorchSharp.torch;

namespace OrleansDiffusion.Sampling;

/// <summary>A denoiser D(x) = E[x_0 | x]: the data prediction of a diffusion model, whatever its network predicts.</summary>
public interface IDenoiser
{
    /// <summary>Shape of one sample, without the batch dimension.</summary>
    IReadOnlyList<long> Shape { get; }

    /// <summary>
    /// The data's variance per element about its mean over all elements, positive; a scale for the first iterate and
    /// for what an update leaves.
    /// </summary>
    double DataVariance { get; }

    /// <summary>
    /// How much more carefully than that of a smooth law (1) the sweeps of this model must be believed, 1 or more: a
    /// network that decides between images late carries a small error far. It multiplies updates in
    /// <see cref="Picard.ConvergenceRule"/>.
    /// </summary>
    double Sensitivity { get; }

    /// <summary>The most rows one call should be given, 1 or more; it bounds the memory a call takes.</summary>
    int BatchLimit { get; }

    /// <summary>
    /// Evaluates D for a batch of independent rows, each at a noise level and under a condition of its own.
    /// </summary>
    /// <param name="x">[rows, *<see cref="Shape"/>], contiguous, on the CPU. Neither changed nor disposed.</param>
    /// <param name="levels">The noise level of every row.</param>
    /// <param name="conditions">The condition of every row; a model that knows no classes ignores them.</param>
    /// <returns>[rows, *<see cref="Shape"/>], of x's dtype, on any device. The caller disposes it.</returns>
    Tensor Denoise(Tensor x, ReadOnlySpan<NoiseLevel> levels, ReadOnlySpan<Condition> conditions);
}
