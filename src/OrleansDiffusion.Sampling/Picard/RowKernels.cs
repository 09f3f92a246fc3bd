using System.Numerics;
using OrleansDiffusion.Sampling.Steps;

namespace OrleansDiffusion.Sampling.Picard;

/// <summary>
/// The sweep's arithmetic on one row (one sample at one grid point). Each kernel is a single pass over memory: a
/// sweep is bound by it.
/// </summary>
internal static class RowKernels
{
    /// <summary>
    /// One step of a row: x' = X x + D d̃ + N ξ with the linearised denoised estimate d̃ = d + g (x − x_k). Where x is
    /// x_k this is the sequential sampler's step bit for bit, whatever g.
    /// </summary>
    /// <param name="row">The step's weights.</param>
    /// <param name="gain">g.</param>
    /// <param name="x">x as this sweep moves it.</param>
    /// <param name="xk">x as it was when <paramref name="d"/> was evaluated.</param>
    /// <param name="d">D(x_k).</param>
    /// <param name="noise">ξ; any finite row where the step draws none.</param>
    /// <param name="old">What <paramref name="next"/> was in the sweep before.</param>
    /// <param name="next">Receives x'. It may not overlap the others.</param>
    /// <returns>‖x' − old‖².</returns>
    public static float Step(
        in StepRow row, double gain, ReadOnlySpan<float> x, ReadOnlySpan<float> xk, ReadOnlySpan<float> d,
        ReadOnlySpan<float> noise, ReadOnlySpan<float> old, Span<float> next)
    {
        var (a, b, c, g) = ((float)row.X, (float)row.D, (float)row.Noise, (float)gain);
        var moved = Vector<float>.Zero;
        for (var i = 0; i < x.Length; i += Vector<float>.Count)
        {
            var xi = Load(x, i);
            var denoised = Load(d, i) + (g * (xi - Load(xk, i)));
            var value = (a * xi) + (b * denoised) + (c * Load(noise, i));
            var change = value - Load(old, i);
            Store(value, next, i);
            moved += change * change;
        }

        return Vector.Sum(moved);
    }

    /// <summary>
    /// The same for a step with memory; <paramref name="noise"/> holds ξ and then ξ', and <paramref name="y"/> is
    /// replaced by y'.
    /// </summary>
    /// <inheritdoc cref="Step"/>
    public static float StepWithMemory(
        in Step step, double gain, ReadOnlySpan<float> x, ReadOnlySpan<float> xk, ReadOnlySpan<float> d,
        ReadOnlySpan<float> noise, ReadOnlySpan<float> old, Span<float> y, Span<float> next)
    {
        var (a, b, c, e, g) = Weights(step.Sample, gain);
        var (p, q, r, s, _) = Weights(step.Second, gain);
        var n = (float)step.Second.SecondNoise;
        var secondNoise = noise.Length > x.Length ? noise[x.Length..] : noise;
        var moved = Vector<float>.Zero;
        for (var i = 0; i < x.Length; i += Vector<float>.Count)
        {
            var xi = Load(x, i);
            var yi = Load(y, i);
            var noiseI = Load(noise[..x.Length], i);
            var denoised = Load(d, i) + (g * (xi - Load(xk, i)));
            var value = (a * xi) + (b * denoised) + (c * noiseI) + (e * yi);
            var second = (p * xi) + (q * denoised) + (r * noiseI) + (s * yi) + (n * Load(secondNoise, i));
            var change = value - Load(old, i);
            Store(value, next, i);
            Store(second, y, i);
            moved += change * change;
        }

        return Vector.Sum(moved);
    }

    /// <summary>Takes a fresh evaluation in: replaces d by it and measures the secant through the last two.</summary>
    /// <param name="fresh">D(x_k).</param>
    /// <param name="x">x_k.</param>
    /// <param name="before">x_(k−1), where <paramref name="d"/> was evaluated.</param>
    /// <param name="d">D(x_(k−1)); receives D(x_k).</param>
    public static Secant Absorb(
        ReadOnlySpan<float> fresh, ReadOnlySpan<float> x, ReadOnlySpan<float> before, Span<float> d)
    {
        var along = Vector<float>.Zero;
        var length = Vector<float>.Zero;
        var zero = Vector<float>.Zero;
        for (var i = 0; i < x.Length; i += Vector<float>.Count)
        {
            var value = Load(fresh, i);
            var change = Load(x, i) - Load(before, i);
            along += (value - Load(d, i)) * change;
            length += change * change;
            zero += value * Vector<float>.Zero; // NaN where the value is NaN or infinite
            Store(value, d, i);
        }

        return new Secant(Vector.Sum(along), Vector.Sum(length), IsFinite: Vector.Sum(zero) == 0);
    }

    private static (float X, float D, float Noise, float Y, float Gain) Weights(in StepRow row, double gain) =>
        ((float)row.X, (float)row.D, (float)row.Noise, (float)row.Y, (float)gain);

    private static Vector<float> Load(ReadOnlySpan<float> row, int start)
    {
        if (row.Length - start >= Vector<float>.Count)
            return new Vector<float>(row[start..]);
        Span<float> padded = stackalloc float[Vector<float>.Count];
        padded.Clear();
        row[start..].CopyTo(padded);
        return new Vector<float>(padded);
    }

    private static void Store(Vector<float> value, Span<float> row, int start)
    {
        if (row.Length - start >= Vector<float>.Count)
        {
            value.CopyTo(row[start..]);
            return;
        }

        Span<float> padded = stackalloc float[Vector<float>.Count];
        value.CopyTo(padded);
        padded[..(row.Length - start)].CopyTo(row[start..]);
    }

    /// <summary>⟨ΔD, Δx⟩ and ‖Δx‖² of a row between two evaluations.</summary>
    public readonly record struct Secant(float Along, float LengthSquared, bool IsFinite);
}
