namespace OrleansDiffusion.Sampling.Picard;

/// <summary>What a sample's iterate is at the ends of a run.</summary>
/// <param name="Entry">x at its first point.</param>
/// <param name="Exit">x after its last step.</param>
/// <param name="Denoised">The last D that it was evaluated to.</param>
/// <param name="LocalVariance">As <see cref="BlockState.LocalVariance"/>.</param>
public sealed record RunEnds(float[] Entry, float[] Exit, float[] Denoised, double LocalVariance)
{
    private const int Rows = 3;

    /// <summary>Those that <see cref="PicardNode.WriteEnds"/> wrote, by sample.</summary>
    /// <param name="bytes">What it returned.</param>
    /// <param name="samples">Samples of the batch.</param>
    /// <param name="elements">Elements of a sample.</param>
    /// <exception cref="InvalidDataException">They are of other elements.</exception>
    public static IReadOnlyDictionary<int, RunEnds> Read(ReadOnlySpan<byte> bytes, int samples, int elements)
    {
        var reader = SampleBytes.Read(bytes, samples, elements, scalars: 1, Rows);
        var ends = new Dictionary<int, RunEnds>();
        Span<double> variance = stackalloc double[1];
        foreach (var sample in reader.Samples)
        {
            var (entry, exit, denoised) = (new float[elements], new float[elements], new float[elements]);
            reader.Take(variance);
            reader.Take<float>(entry);
            reader.Take<float>(exit);
            reader.Take<float>(denoised);
            ends.Add(sample, new RunEnds(entry, exit, denoised, variance[0]));
        }

        return ends;
    }

    internal static SampleBytes.Writer Write(ReadOnlySpan<int> samples, int elements) =>
        SampleBytes.Write(samples, elements, scalars: 1, Rows);
}
