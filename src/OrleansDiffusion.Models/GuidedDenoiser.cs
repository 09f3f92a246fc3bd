using OrleansDiffusion.Sampling;
using static TorchSharp.torch;

namespace OrleansDiffusion.Models;

/// <summary>
/// Classifier-free guidance (Ho and Salimans, arXiv 2207.12598, eq. 6, for the data prediction) over a denoiser that
/// knows labels alone: D = D_null + w (D_label − D_null), with w as diffusers' guidance_scale.
/// </summary>
/// <param name="inner">
/// The denoiser of the labels; it is disposed with this one. Every row that it is given has a label, and guidance 1.
/// </param>
/// <param name="nullClass">The label that stands for no class; rows without a label are asked under it.</param>
public sealed class GuidedDenoiser(IDenoiser inner, int nullClass) : IDenoiser, IDisposable
{
    /// <inheritdoc/>
    public IReadOnlyList<long> Shape => inner.Shape;

    /// <inheritdoc/>
    public double DataVariance => inner.DataVariance;

    /// <inheritdoc/>
    public double Sensitivity => inner.Sensitivity;

    /// <inheritdoc/>
    public int BatchLimit => inner.BatchLimit;

    /// <inheritdoc/>
    /// <remarks>
    /// Guided rows go to the inner denoiser twice, within one call unless that would be more rows than it takes.
    /// </remarks>
    public Tensor Denoise(Tensor x, ReadOnlySpan<NoiseLevel> levels, ReadOnlySpan<Condition> conditions)
    {
        ArgumentNullException.ThrowIfNull(x);
        var guided = GuidedRows(conditions);
        var (askedLevels, askedConditions) = Asked(levels, conditions, guided);
        if (guided.Length == 0)
            return inner.Denoise(x, askedLevels, askedConditions);

        using var scope = NewDisposeScope();
        var rows = tensor(guided);
        var asked = cat([x, x.index_select(0, rows)]);
        var answers = DenoiseInParts(asked, askedLevels, askedConditions);
        return Combine(answers, rows.to(answers.device), Weights(conditions, guided, answers))
            .MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose() => (inner as IDisposable)?.Dispose();

    private static long[] GuidedRows(ReadOnlySpan<Condition> conditions)
    {
        var guided = new List<long>();
        for (var row = 0; row < conditions.Length; row++)
        {
            if (conditions[row].Guidance != 1)
                guided.Add(row);
        }

        return [.. guided];
    }

    // All rows under their labels, then the guided ones under the null class.
    private (NoiseLevel[] Levels, Condition[] Conditions) Asked(
        ReadOnlySpan<NoiseLevel> levels, ReadOnlySpan<Condition> conditions, long[] guided)
    {
        var askedLevels = new NoiseLevel[levels.Length + guided.Length];
        var askedConditions = new Condition[askedLevels.Length];
        Array.Fill(askedConditions, new Condition(nullClass));
        levels.CopyTo(askedLevels);
        for (var row = 0; row < conditions.Length; row++)
            askedConditions[row] = new Condition(conditions[row].Label ?? nullClass);
        for (var i = 0; i < guided.Length; i++)
            askedLevels[levels.Length + i] = levels[(int)guided[i]];
        return (askedLevels, askedConditions);
    }

    private Tensor DenoiseInParts(Tensor x, NoiseLevel[] levels, Condition[] conditions)
    {
        var parts = new List<Tensor>();
        for (var first = 0; first < levels.Length; first += inner.BatchLimit)
        {
            var count = Math.Min(inner.BatchLimit, levels.Length - first);
            parts.Add(inner.Denoise(
                x.narrow(0, first, count), levels.AsSpan(first, count), conditions.AsSpan(first, count)));
        }

        return parts is [var whole] ? whole : cat(parts);
    }

    // w, [guided rows, 1, ...], of the answers' dtype and device.
    private static Tensor Weights(ReadOnlySpan<Condition> conditions, long[] guided, Tensor answers)
    {
        var weights = new double[guided.Length];
        for (var i = 0; i < weights.Length; i++)
            weights[i] = conditions[(int)guided[i]].Guidance;
        var shape = new long[answers.dim()];
        Array.Fill(shape, 1);
        shape[0] = weights.Length;
        return tensor(weights, shape).to(answers.dtype).to(answers.device);
    }

    private static Tensor Combine(Tensor answers, Tensor guided, Tensor weights)
    {
        var unguided = answers.narrow(0, 0, answers.shape[0] - guided.shape[0]);
        var ofNull = answers.narrow(0, unguided.shape[0], guided.shape[0]);
        var ofLabel = unguided.index_select(0, guided);
        return unguided.index_copy(0, guided, ofNull.addcmul(weights, ofLabel - ofNull, Scalars.One));
    }
}
