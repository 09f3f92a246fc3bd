using System.Numerics.Tensors;

namespace OrleansDiffusion.Sampling.Tests.Denoisers;

/// <summary>Never answers twice the same, so that a sweep never comes to rest; makes nothing but its tensor.</summary>
internal sealed class RestlessDenoiser(int elements) : RowDenoiser(elements)
{
    private int _rows;

    protected override void DenoiseRow(
        ReadOnlySpan<float> x, NoiseLevel level, Condition condition, Span<float> denoised) =>
        TensorPrimitives.Multiply(x, _rows++ % 7 / 7f, denoised);
}
