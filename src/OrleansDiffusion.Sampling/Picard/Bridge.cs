using OrleansDiffusion.Sampling.Noise;
using OrleansDiffusion.Sampling.Steps;

namespace OrleansDiffusion.Sampling.Picard;

/// <summary>
/// A guess at a piece of a sample's trajectory whose ends are known better than what lies between: the steps taken with
/// their true noise and one D held constant, that which leads from the one end to the other. Steps without memory only.
/// </summary>
/// <remarks>
/// With D constant the end of a run is a·x + b·D + c, where a and b are scalars of the steps and c is of their noise, so
/// the D that leads to a given end follows at once. The points between depend on it little: both ends are right.
/// </remarks>
public sealed class Bridge
{
    private readonly IReadOnlyList<Step> _steps;
    private readonly NormalNoise _noise;
    private readonly uint _sample;
    private readonly float[] _x;
    private readonly float[] _denoised;
    private readonly float[] _drawn;
    private int _step;

    /// <summary>A trajectory from a state, before its first step.</summary>
    /// <param name="steps">The steps.</param>
    /// <param name="noise">The job's noise.</param>
    /// <param name="sample">The sample's index in the job.</param>
    /// <param name="from">x before the first step.</param>
    /// <param name="denoised">The D that is held constant.</param>
    public Bridge(
        IReadOnlyList<Step> steps, NormalNoise noise, uint sample, ReadOnlySpan<float> from,
        ReadOnlySpan<float> denoised)
    {
        (_steps, _noise, _sample) = (steps, noise, sample);
        (_x, _denoised, _drawn) = (from.ToArray(), denoised.ToArray(), new float[from.Length]);
    }

    /// <summary>x after the steps that were taken.</summary>
    public ReadOnlySpan<float> X => _x;

    /// <summary>The D that is held constant.</summary>
    public ReadOnlySpan<float> Denoised => _denoised;

    /// <summary>A trajectory that ends where it is to; null where no D leads there.</summary>
    /// <param name="steps">The steps.</param>
    /// <param name="noise">The job's noise.</param>
    /// <param name="sample">The sample's index in the job.</param>
    /// <param name="from">x before the first step.</param>
    /// <param name="to">x after the last step.</param>
    public static Bridge? Between(
        IReadOnlyList<Step> steps, NormalNoise noise, uint sample, ReadOnlySpan<float> from, ReadOnlySpan<float> to)
    {
        var withoutD = new Bridge(steps, noise, sample, from, new float[from.Length]);
        withoutD.Advance(steps.Count);
        var weight = steps.Aggregate(0.0, (b, step) => (step.Sample.X * b) + step.Sample.D);
        var denoised = new float[from.Length];
        for (var i = 0; i < denoised.Length; i++)
        {
            denoised[i] = (float)(((double)to[i] - withoutD._x[i]) / weight);
            if (!float.IsFinite(denoised[i]))
                return null;
        }

        return new Bridge(steps, noise, sample, from, denoised);
    }

    /// <summary>Takes the next steps.</summary>
    /// <param name="steps">How many, at most those that are left.</param>
    public void Advance(int steps)
    {
        for (var end = _step + steps; _step < end; _step++)
        {
            var step = _steps[_step];
            if (step.DrawsNoise)
                _noise.Fill(_drawn, _sample, step.Noise);
            RowKernels.Step(step.Sample, gain: 0, _x, _x, _denoised, _drawn, old: _x, next: _x);
        }
    }
}
