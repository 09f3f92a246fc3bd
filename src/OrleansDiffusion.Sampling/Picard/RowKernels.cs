using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using OrleansDiffusion.Sampling.Steps;

namespace OrleansDiffusion.Sampling.Picard;

/// <summary>
/// The sweep's arithmetic on one row (one sample at one grid point). Each kernel is a single pass over memory: a
/// sweep is bound by it. Rows are of one length; what is left over a multiple of the vector width is padded and goes
/// through the same code.
/// </summary>
internal static class RowKernels
{
    // Four float32 ulps. Measured on blocks of 21 to 400 steps cut into 3 and 8 runs: with 4 they come to rest within 3
    // sweeps of uncut ones, mostly before them (with 1 after up to twice as many, with none after up to 2.5 times),
    // and end within 5e-7 of them, RMS; with 16 that would be 1.2e-6.
    private const float Rounding = 4 * 1.1920929e-7f;

    private static int Width => Vector<float>.Count;

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
    /// <param name="next">Receives x'; it may be <paramref name="x"/> itself.</param>
    /// <returns>‖x' − old‖².</returns>
    public static float Step(
        in StepRow row, double gain, ReadOnlySpan<float> x, ReadOnlySpan<float> xk, ReadOnlySpan<float> d,
        ReadOnlySpan<float> noise, ReadOnlySpan<float> old, Span<float> next)
    {
        var whole = x.Length - (x.Length % Width);
        var moved = StepVectors(
            row, gain, x[..whole], xk[..whole], d[..whole], noise[..whole], old[..whole], next[..whole]);
        if (whole == x.Length)
            return moved;

        var rest = Padding(stackalloc float[6 * Width]);
        moved += StepVectors(
            row, gain, rest.Of(x, whole, 0), rest.Of(xk, whole, 1), rest.Of(d, whole, 2), rest.Of(noise, whole, 3),
            rest.Of(old, whole, 4), rest.At(5));
        rest.At(5)[..(x.Length - whole)].CopyTo(next[whole..]);
        return moved;
    }

    /// <summary>
    /// The same for a step with memory, which draws on a second noise ξ' and replaces <paramref name="y"/> by y'.
    /// </summary>
    /// <inheritdoc cref="Step"/>
    public static float StepWithMemory(
        in Step step, double gain, ReadOnlySpan<float> x, ReadOnlySpan<float> xk, ReadOnlySpan<float> d,
        ReadOnlySpan<float> noise, ReadOnlySpan<float> secondNoise, ReadOnlySpan<float> old, Span<float> y,
        Span<float> next)
    {
        var whole = x.Length - (x.Length % Width);
        var moved = StepVectorsWithMemory(
            step, gain, x[..whole], xk[..whole], d[..whole], noise[..whole], secondNoise[..whole], old[..whole],
            y[..whole], next[..whole]);
        if (whole == x.Length)
            return moved;

        var rest = Padding(stackalloc float[8 * Width]);
        moved += StepVectorsWithMemory(
            step, gain, rest.Of(x, whole, 0), rest.Of(xk, whole, 1), rest.Of(d, whole, 2), rest.Of(noise, whole, 3),
            rest.Of(secondNoise, whole, 4), rest.Of(old, whole, 5), rest.Of(y, whole, 6), rest.At(7));
        rest.At(6)[..(x.Length - whole)].CopyTo(y[whole..]);
        rest.At(7)[..(x.Length - whole)].CopyTo(next[whole..]);
        return moved;
    }

    /// <summary>Takes a fresh evaluation in: replaces d by it and measures the secant through the last two.</summary>
    /// <param name="fresh">D(x_k).</param>
    /// <param name="x">x_k.</param>
    /// <param name="before">x_(k−1), where <paramref name="d"/> was evaluated.</param>
    /// <param name="d">D(x_(k−1)); receives D(x_k).</param>
    public static Secant Absorb(
        ReadOnlySpan<float> fresh, ReadOnlySpan<float> x, ReadOnlySpan<float> before, Span<float> d)
    {
        var whole = x.Length - (x.Length % Width);
        var secant = AbsorbVectors(fresh[..whole], x[..whole], before[..whole], d[..whole]);
        if (whole == x.Length)
            return secant;

        var rest = Padding(stackalloc float[4 * Width]);
        var last = AbsorbVectors(
            rest.Of(fresh, whole, 0), rest.Of(x, whole, 1), rest.Of(before, whole, 2), rest.Of(d, whole, 3));
        rest.At(3)[..(x.Length - whole)].CopyTo(d[whole..]);
        return new Secant(
            secant.Along + last.Along, secant.LengthSquared + last.LengthSquared, secant.IsFinite && last.IsFinite);
    }

    /// <summary>
    /// Whether a row differs from what it was by no more than rounding: 4 ulps of its largest element. NaN always does.
    /// </summary>
    /// <param name="row">The row.</param>
    /// <param name="old">What it was.</param>
    public static bool IsRounding(ReadOnlySpan<float> row, ReadOnlySpan<float> old)
    {
        var most = Rounding * MathF.Abs(TensorPrimitives.MaxMagnitude(old));
        for (var i = 0; i < row.Length; i++)
        {
            if (!(MathF.Abs(row[i] - old[i]) <= most))
                return false;
        }

        return true;
    }

    /// <summary>What lies between two rows; the result may be one of them.</summary>
    /// <param name="from">At weight 0.</param>
    /// <param name="to">At weight 1.</param>
    /// <param name="weight">0 to 1.</param>
    /// <param name="result">Receives it.</param>
    public static void Lerp(ReadOnlySpan<float> from, ReadOnlySpan<float> to, float weight, Span<float> result) =>
        TensorPrimitives.Lerp(from, to, weight, result);

    private static float StepVectors(
        in StepRow row, double gain, ReadOnlySpan<float> x, ReadOnlySpan<float> xk, ReadOnlySpan<float> d,
        ReadOnlySpan<float> noise, ReadOnlySpan<float> old, Span<float> next)
    {
        var (a, b) = (new Vector<float>((float)row.X), new Vector<float>((float)row.D));
        var (c, g) = (new Vector<float>((float)row.Noise), new Vector<float>((float)gain));
        var moved = Vector<float>.Zero;
        for (nuint i = 0; i < (nuint)x.Length; i += (nuint)Width)
        {
            var xi = Load(x, i);
            var denoised = Vector.FusedMultiplyAdd(g, xi - Load(xk, i), Load(d, i));
            var value = Vector.FusedMultiplyAdd(a, xi, Vector.FusedMultiplyAdd(b, denoised, c * Load(noise, i)));
            var change = value - Load(old, i);
            Store(value, next, i);
            moved = Vector.FusedMultiplyAdd(change, change, moved);
        }

        return Vector.Sum(moved);
    }

    private static float StepVectorsWithMemory(
        in Step step, double gain, ReadOnlySpan<float> x, ReadOnlySpan<float> xk, ReadOnlySpan<float> d,
        ReadOnlySpan<float> noise, ReadOnlySpan<float> secondNoise, ReadOnlySpan<float> old, Span<float> y,
        Span<float> next)
    {
        var (first, second, g) = (step.Sample, step.Second, (float)gain);
        var moved = Vector<float>.Zero;
        for (nuint i = 0; i < (nuint)x.Length; i += (nuint)Width)
        {
            var (xi, yi, noiseI) = (Load(x, i), Load(y, i), Load(noise, i));
            var denoised = Load(d, i) + (g * (xi - Load(xk, i)));
            var value = Row(first, xi, yi, denoised, noiseI);
            var change = value - Load(old, i);
            Store(value, next, i);
            Store(Row(second, xi, yi, denoised, noiseI) + ((float)second.SecondNoise * Load(secondNoise, i)), y, i);
            moved += change * change;
        }

        return Vector.Sum(moved);
    }

    private static Vector<float> Row(
        in StepRow row, Vector<float> x, Vector<float> y, Vector<float> denoised, Vector<float> noise) =>
        ((float)row.X * x) + ((float)row.Y * y) + ((float)row.D * denoised) + ((float)row.Noise * noise);

    private static Secant AbsorbVectors(
        ReadOnlySpan<float> fresh, ReadOnlySpan<float> x, ReadOnlySpan<float> before, Span<float> d)
    {
        var along = Vector<float>.Zero;
        var length = Vector<float>.Zero;
        var zero = Vector<float>.Zero;
        for (nuint i = 0; i < (nuint)x.Length; i += (nuint)Width)
        {
            var value = Load(fresh, i);
            var change = Load(x, i) - Load(before, i);
            along = Vector.FusedMultiplyAdd(value - Load(d, i), change, along);
            length = Vector.FusedMultiplyAdd(change, change, length);
            zero = Vector.FusedMultiplyAdd(value, Vector<float>.Zero, zero); // NaN where the value is NaN or infinite
            Store(value, d, i);
        }

        return new Secant(Vector.Sum(along), Vector.Sum(length), IsFinite: Vector.Sum(zero) == 0);
    }

    // The callers above have cut all rows to one length, a multiple of the width.
    private static Vector<float> Load(ReadOnlySpan<float> row, nuint start) =>
        Vector.LoadUnsafe(ref MemoryMarshal.GetReference(row), start);

    private static void Store(Vector<float> value, Span<float> row, nuint start) =>
        value.StoreUnsafe(ref MemoryMarshal.GetReference(row), start);

    private static PaddedRows Padding(Span<float> memory)
    {
        memory.Clear();
        return new PaddedRows(memory);
    }

    /// <summary>⟨ΔD, Δx⟩ and ‖Δx‖² of a row between two evaluations.</summary>
    public readonly record struct Secant(float Along, float LengthSquared, bool IsFinite);

    /// <summary>The ends of several rows, each padded with zeros to a vector.</summary>
    private readonly ref struct PaddedRows(Span<float> memory)
    {
        private readonly Span<float> _memory = memory;

        public Span<float> At(int index) => _memory.Slice(index * Width, Width);

        public Span<float> Of(ReadOnlySpan<float> row, int start, int index)
        {
            row[start..].CopyTo(At(index));
            return At(index);
        }
    }
}
