using System.Numerics.Tensors;

namespace OrleansDiffusion.Sampling.Picard;

/// <summary>
/// An affine map of (x, y) for every sample of a batch, what a run of linearised steps comes to: scalars that act on
/// whole samples, and one offset a sample. Runs compose, so a run needs only the composed map of those before it,
/// not their trajectories.
/// </summary>
/// <remarks>
/// For steps without memory only <c>x' = xx·x + offset</c> is used. The map of a rolled start is affine in the D that it
/// holds constant, too, so that it is known before anything enters.
/// </remarks>
public sealed class AffineMap
{
    private readonly Linear[] _linear;
    private readonly float[] _offsetX;
    private readonly float[] _offsetY;

    /// <summary>The identity for every sample.</summary>
    /// <param name="samples">Number of samples.</param>
    /// <param name="elements">Elements of a sample.</param>
    public AffineMap(int samples, int elements)
    {
        Elements = elements;
        _linear = new Linear[samples];
        _offsetX = new float[checked(samples * elements)];
        _offsetY = new float[checked(samples * elements)];
        Array.Fill(_linear, Linear.Identity);
    }

    /// <summary>Number of samples.</summary>
    public int Samples => _linear.Length;

    /// <summary>Elements of a sample.</summary>
    public int Elements { get; }

    /// <summary>The scalars of a sample's map.</summary>
    public ref Linear LinearOf(int sample) => ref _linear[sample];

    /// <summary>What the map of a sample adds to x.</summary>
    public Span<float> OffsetX(int sample) => _offsetX.AsSpan(sample * Elements, Elements);

    /// <summary>What the map of a sample adds to y.</summary>
    public Span<float> OffsetY(int sample) => _offsetY.AsSpan(sample * Elements, Elements);

    /// <summary>Makes a sample's map the identity.</summary>
    /// <param name="sample">Index of the sample in the batch.</param>
    public void Reset(int sample)
    {
        _linear[sample] = Linear.Identity;
        OffsetX(sample).Clear();
        OffsetY(sample).Clear();
    }

    /// <summary>Replaces a sample's (x, y) by its image.</summary>
    /// <param name="sample">Index of the sample in the batch.</param>
    /// <param name="x">x; becomes xx·x + xy·y + offset.</param>
    /// <param name="y">y; becomes yx·x + yy·y + offset.</param>
    public void Apply(int sample, Span<float> x, Span<float> y) =>
        _linear[sample].Apply(OffsetX(sample), OffsetY(sample), x, y);

    /// <summary>The same for a map that holds a D constant.</summary>
    /// <param name="sample">Index of the sample in the batch.</param>
    /// <param name="x">x; becomes xx·x + xy·y + xd·D + offset.</param>
    /// <param name="y">y; becomes yx·x + yy·y + yd·D + offset.</param>
    /// <param name="denoised">D; of no account for a map that holds none.</param>
    public void Apply(int sample, Span<float> x, Span<float> y, ReadOnlySpan<float> denoised) =>
        _linear[sample].Apply(OffsetX(sample), OffsetY(sample), x, y, denoised);

    /// <summary>The maps of chosen samples as bytes, for <see cref="WrittenMaps"/>.</summary>
    /// <param name="samples">Indices in the batch.</param>
    /// <param name="hasMemory">Whether the steps have; without, what acts on y is left out.</param>
    public byte[] Write(ReadOnlySpan<int> samples, bool hasMemory)
    {
        var writer = SampleBytes.Write(samples, Elements, ScalarsOf(hasMemory), RowsOf(hasMemory));
        foreach (var sample in samples)
        {
            var m = _linear[sample];
            m.Write(writer.Next<double>(ScalarsOf(hasMemory)));
            writer.Add<float>(OffsetX(sample));
            if (hasMemory)
                writer.Add<float>(OffsetY(sample));
        }

        return writer.Finish();
    }

    internal static int ScalarsOf(bool hasMemory) => hasMemory ? 6 : 2;

    internal static int RowsOf(bool hasMemory) => hasMemory ? 2 : 1;

    /// <summary>
    /// The scalars of a map of (x, y): x' = XX x + XY y + XD D, y' = YX x + YY y + YD D, with one D for all steps of the run.
    /// </summary>
    /// <param name="XX">x to x'.</param>
    /// <param name="XY">y to x'.</param>
    /// <param name="YX">x to y'.</param>
    /// <param name="YY">y to y'.</param>
    /// <param name="XD">D to x'; 0 where none is held constant.</param>
    /// <param name="YD">D to y'.</param>
    public readonly record struct Linear(
        double XX, double XY, double YX, double YY, double XD = 0, double YD = 0)
    {
        /// <summary>The map that changes nothing.</summary>
        public static Linear Identity => new(1, 0, 0, 1);

        /// <summary>Whether y takes part; the identity on y, which steps without memory leave, does not.</summary>
        public bool HasMemory => XY != 0 || YX != 0 || YY != 1;

        /// <summary>This map after <paramref name="first"/>.</summary>
        public Linear After(Linear first) => new(
            (XX * first.XX) + (XY * first.YX), (XX * first.XY) + (XY * first.YY),
            (YX * first.XX) + (YY * first.YX), (YX * first.XY) + (YY * first.YY),
            (XX * first.XD) + (XY * first.YD) + XD, (YX * first.XD) + (YY * first.YD) + YD);

        /// <summary>Replaces (x, y) by their image, with the offsets and without D.</summary>
        internal void Apply(ReadOnlySpan<float> offsetX, ReadOnlySpan<float> offsetY, Span<float> x, Span<float> y)
        {
            if (!HasMemory)
            {
                TensorPrimitives.MultiplyAdd(x, (float)XX, offsetX, x);
                return;
            }

            for (var i = 0; i < x.Length; i++)
            {
                var (xi, yi) = ((double)x[i], (double)y[i]);
                x[i] = (float)((XX * xi) + (XY * yi) + offsetX[i]);
                y[i] = (float)((YX * xi) + (YY * yi) + offsetY[i]);
            }
        }

        /// <summary>The same with the D that is held constant.</summary>
        internal void Apply(
            ReadOnlySpan<float> offsetX, ReadOnlySpan<float> offsetY, Span<float> x, Span<float> y, ReadOnlySpan<float> denoised)
        {
            Apply(offsetX, offsetY, x, y);
            if (XD != 0)
                TensorPrimitives.MultiplyAdd(denoised, (float)XD, x, x);
            if (YD != 0)
                TensorPrimitives.MultiplyAdd(denoised, (float)YD, y, y);
        }

        /// <summary>Writes the scalars: all six, or two without memory.</summary>
        internal void Write(Span<double> scalars)
        {
            ReadOnlySpan<double> all = scalars.Length == ScalarsOf(hasMemory: true) ? [XX, XY, YX, YY, XD, YD] : [XX, XD];
            all.CopyTo(scalars);
        }

        /// <summary>What was written.</summary>
        internal static Linear Read(ReadOnlySpan<double> scalars) => scalars.Length == ScalarsOf(hasMemory: true)
            ? new Linear(scalars[0], scalars[1], scalars[2], scalars[3], scalars[4], scalars[5])
            : new Linear(scalars[0], 0, 0, 1, scalars[1]);
    }
}
