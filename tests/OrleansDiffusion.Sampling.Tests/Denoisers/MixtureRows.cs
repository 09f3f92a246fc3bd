using OrleansDiffusion.Models;
using OrleansDiffusion.Tests;

namespace OrleansDiffusion.Sampling.Tests.Denoisers;

/// <summary>The denoiser of a mixture, row by row.</summary>
/// <param name="mixture">The mixture.</param>
/// <param name="batchLimit">The most rows of a call.</param>
internal sealed class MixtureRows(MixtureParameters mixture, int batchLimit = int.MaxValue)
    : RowDenoiser((int)mixture.Shape[0])
{
    private readonly ScalarMixture _mixture = new(mixture);

    public override int BatchLimit => batchLimit;

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
