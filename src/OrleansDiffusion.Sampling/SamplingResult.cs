using static TorchSharp.torch;

namespace OrleansDiffusion.Sampling;

/// <summary>Samples and what they cost.</summary>
/// <param name="Samples">[samples, *shape], float32, on the CPU; a failed sample is NaN throughout.</param>
/// <param name="Rounds">
/// Sequential model calls on the critical path: sweeps, each at all its points at once; of a sequential run its steps.
/// </param>
/// <param name="SweepsPerBlock">Most sweeps that a sample took in each block; of a sequential run its steps.</param>
/// <param name="Evaluations">Model evaluations of all samples together.</param>
/// <param name="MaxResidual">
/// The largest end error, RMS, that the convergence rule estimated in any block and sample; 0 of an exact run.
/// </param>
/// <param name="DeviceTime">Time spent in the model.</param>
/// <param name="SweepOverheads">What each sweep took beyond the model.</param>
/// <param name="Failures">Samples that were lost.</param>
public sealed record SamplingResult(
    Tensor Samples,
    int Rounds,
    IReadOnlyList<int> SweepsPerBlock,
    long Evaluations,
    double MaxResidual,
    TimeSpan DeviceTime,
    IReadOnlyList<TimeSpan> SweepOverheads,
    IReadOnlyList<SampleFailure> Failures) : IDisposable
{
    /// <inheritdoc/>
    public void Dispose() => Samples.Dispose();
}
