using OrleansDiffusion.Models;
using OrleansDiffusion.Tests;

namespace OrleansDiffusion.Sampling.Tests.Denoisers;

/// <summary>The denoiser of a mixture, row by row; of several, every row has that of its label.</summary>
/// <param name="mixtures">The mixture of every label; the first is that of rows without one.</param>
/// <param name="batchLimit">The most rows of a call.</param>
internal sealed class MixtureRows(MixtureParameters[] mixtures, int batchLimit = int.MaxValue)
    : RowDenoiser((int)mixtures[0].Shape[0])
{
    private readonly ScalarMixture[] _mixtures = [.. mixtures.Select(mixture => new ScalarMixture(mixture))];

    public MixtureRows(MixtureParameters mixture, int batchLimit = int.MaxValue)
        : this([mixture], batchLimit)
    {
    }

    public override int BatchLimit => batchLimit;

    protected override void DenoiseRow(
        ReadOnlySpan<float> x, NoiseLevel level, Condition condition, Span<float> denoised)
    {
        var wide = new double[x.Length];
        for (var i = 0; i < wide.Length; i++)
            wide[i] = x[i];
        wide = _mixtures[condition.Label ?? 0].Denoise(wide, level);
        for (var i = 0; i < wide.Length; i++)
            denoised[i] = (float)wide[i];
    }
}
