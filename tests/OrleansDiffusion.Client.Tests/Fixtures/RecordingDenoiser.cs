using System.Runtime.InteropServices;
using OrleansDiffusion.Sampling;
using static TorchSharp.torch;

namespace OrleansDiffusion.Client.Tests.Fixtures;

/// <summary>Another denoiser that notes what it returned, call by call.</summary>
internal sealed class RecordingDenoiser(IDenoiser inner) : IDenoiser
{
    public IReadOnlyList<long> Shape => inner.Shape;

    public double DataVariance => inner.DataVariance;

    public double Sensitivity => inner.Sensitivity;

    public int BatchLimit => inner.BatchLimit;

    public List<float[]> Returned { get; } = [];

    public Tensor Denoise(Tensor x, ReadOnlySpan<NoiseLevel> levels, ReadOnlySpan<Condition> conditions)
    {
        var denoised = inner.Denoise(x, levels, conditions);
        Returned.Add(MemoryMarshal.Cast<byte, float>(denoised.bytes).ToArray());
        return denoised;
    }
}
