using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace OrleansDiffusion.Sampling.Tests.Denoisers;

/// <summary>A denoiser that works row by row, so that what a row gives does not depend on the batch, to the bit.</summary>
internal abstract class RowDenoiser(int elements) : IDenoiser
{
    public IReadOnlyList<long> Shape { get; } = [elements];

    public virtual double DataVariance => 1;

    public double Sensitivity => 1;

    public virtual int BatchLimit => int.MaxValue;

    public Tensor Denoise(Tensor x, ReadOnlySpan<NoiseLevel> levels, ReadOnlySpan<Condition> conditions)
    {
        var denoised = empty_like(x);
        var from = MemoryMarshal.Cast<byte, float>(x.bytes);
        var to = MemoryMarshal.Cast<byte, float>(denoised.bytes);
        for (var row = 0; row < levels.Length; row++)
        {
            DenoiseRow(
                from.Slice(row * elements, elements), levels[row], conditions[row], to.Slice(row * elements, elements));
        }

        return denoised;
    }

    protected abstract void DenoiseRow(
        ReadOnlySpan<float> x, NoiseLevel level, Condition condition, Span<float> denoised);
}
