using OrleansDiffusion.Sampling;
using static TorchSharp.torch;

namespace OrleansDiffusion.Nodes.Devices;

/// <summary>What a model looks like on a device that is broken: it answers, with NaN throughout.</summary>
internal sealed class NanDenoiser(IDenoiser inner) : IDenoiser
{
    public IReadOnlyList<long> Shape => inner.Shape;

    public double DataVariance => inner.DataVariance;

    public double Sensitivity => inner.Sensitivity;

    public int BatchLimit => inner.BatchLimit;

    public Tensor Denoise(Tensor x, ReadOnlySpan<NoiseLevel> levels, ReadOnlySpan<Condition> conditions) =>
        full_like(x, float.NaN);
}
