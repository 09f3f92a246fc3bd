using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace OrleansDiffusion.Sampling.Tests.Denoisers;

/// <summary>Sees one call of a denoiser and may change what it returns.</summary>
/// <param name="call">Number of the call, from 0.</param>
/// <param name="levels">The level of every row.</param>
/// <param name="x">The rows.</param>
/// <param name="denoised">What the denoiser made of them.</param>
internal delegate void Spy(int call, ReadOnlySpan<NoiseLevel> levels, ReadOnlySpan<float> x, Span<float> denoised);

/// <summary>A denoiser with a spy on it.</summary>
internal sealed class SpyDenoiser(IDenoiser inner, Spy spy) : IDenoiser
{
    private int _calls;

    public IReadOnlyList<long> Shape => inner.Shape;

    public double DataVariance => inner.DataVariance;

    public double Sensitivity => inner.Sensitivity;

    public int BatchLimit => inner.BatchLimit;

    public Tensor Denoise(Tensor x, ReadOnlySpan<NoiseLevel> levels, ReadOnlySpan<Condition> conditions)
    {
        var denoised = inner.Denoise(x, levels, conditions);
        spy(_calls++, levels, MemoryMarshal.Cast<byte, float>(x.bytes), MemoryMarshal.Cast<byte, float>(denoised.bytes));
        return denoised;
    }
}
