using OrleansDiffusion.Models;
using OrleansDiffusion.Tests;

namespace OrleansDiffusion.Sampling.Tests.Denoisers;

/// <summary>The denoiser of a mixture, row by row.</summary>
internal sealed class MixtureRows(MixtureParameters mixture) : RowDenoiser((int)mixture.Shape[0])
{
    private readonly ScalarMixture _mixture = new(mixture);

    protected override void DenoiseRow(ReadOnlySpan<float> x, NoiseLevel level, Span<float> denoised)
    {
        var wide = new double[x.Length];
        for (var i = 0; i < wide.Length; i++)
            wide[i] = x[i];
        wide = _mixture.Denoise(wide, level);
        for (var i = 0; i < wide.Length; i++)
            denoised[i] = (float)wide[i];
    }
}
