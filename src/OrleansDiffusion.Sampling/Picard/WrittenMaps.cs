using System.Runtime.InteropServices;

namespace OrleansDiffusion.Sampling.Picard;

/// <summary>
/// The maps of chosen samples as <see cref="AffineMap.Write"/> made them bytes, used where they lie: a sweep has many, and each
/// only once.
/// </summary>
public readonly ref struct WrittenMaps
{
    private readonly ReadOnlySpan<byte> _maps; // one after the other
    private readonly int _elements;
    private readonly int _rows;
    private readonly int _scalars;

    /// <summary>Reads them.</summary>
    /// <param name="bytes">They.</param>
    /// <param name="batch">Samples of the batch.</param>
    /// <param name="elements">Elements of a sample.</param>
    /// <exception cref="InvalidDataException">The bytes are no maps of such samples.</exception>
    public WrittenMaps(ReadOnlySpan<byte> bytes, int batch, int elements)
    {
        var hasMemory = SampleBytes.RowsOf(bytes) != AffineMap.RowsOf(hasMemory: false);
        (_elements, _rows, _scalars) = (elements, AffineMap.RowsOf(hasMemory), AffineMap.ScalarsOf(hasMemory));
        var reader = SampleBytes.Read(bytes, batch, elements, _scalars, _rows);
        Samples = reader.Samples;
        _maps = reader.Rest;
    }

    /// <summary>The samples, by their indices in the batch.</summary>
    public ReadOnlySpan<int> Samples { get; }

    private int Length => (_scalars * sizeof(double)) + (_rows * _elements * sizeof(float));

    /// <summary>The scalars of a map.</summary>
    /// <param name="i">Its index among <see cref="Samples"/>.</param>
    public AffineMap.Linear LinearOf(int i) =>
        AffineMap.Linear.Read(MemoryMarshal.Cast<byte, double>(_maps.Slice(i * Length, _scalars * sizeof(double))));

    /// <summary>What a map adds to x.</summary>
    /// <param name="i">Its index among <see cref="Samples"/>.</param>
    public ReadOnlySpan<float> OffsetX(int i) => Row(i, 0);

    /// <summary>What a map adds to y; empty where steps have no memory.</summary>
    /// <param name="i">Its index among <see cref="Samples"/>.</param>
    public ReadOnlySpan<float> OffsetY(int i) => _rows > 1 ? Row(i, 1) : [];

    /// <summary>Replaces (x, y) by its image, as <see cref="AffineMap.Apply(int, Span{float}, Span{float}, ReadOnlySpan{float})"/> does.</summary>
    /// <param name="i">The map's index among <see cref="Samples"/>.</param>
    /// <param name="x">x.</param>
    /// <param name="y">y; of no account where steps have no memory.</param>
    /// <param name="denoised">The D that is held constant.</param>
    public void Apply(int i, Span<float> x, Span<float> y, ReadOnlySpan<float> denoised) =>
        LinearOf(i).Apply(OffsetX(i), OffsetY(i), x, y, denoised);

    /// <summary>What maps come to one after the other, for the samples that are in all of them.</summary>
    /// <param name="maps">They, as they were written; one at least, all with memory or none.</param>
    /// <param name="batch">Samples of the batch.</param>
    /// <param name="elements">Elements of a sample.</param>
    /// <returns>As <see cref="AffineMap.Write"/> would return it.</returns>
    /// <exception cref="InvalidDataException">The bytes are no maps of such samples.</exception>
    public static byte[] Compose(ReadOnlySpan<byte[]> maps, int batch, int elements)
    {
        if (maps.Length == 1)
            return maps[0];
        int[] samples = [.. CommonTo(maps, batch, elements).Order()];
        var first = new WrittenMaps(maps[0], batch, elements);
        var writer = SampleBytes.Write(samples, elements, first._scalars, first._rows);
        foreach (var sample in samples)
            writer.Add(first.MapOf(sample));
        var composed = writer.Finish();
        foreach (var bytes in maps[1..])
            Append(new WrittenMaps(bytes, batch, elements), samples, composed.AsSpan(^(samples.Length * first.Length)..));
        return composed;
    }

    private static HashSet<int> CommonTo(ReadOnlySpan<byte[]> maps, int batch, int elements)
    {
        var common = Enumerable.Range(0, batch).ToHashSet();
        foreach (var map in maps)
            common.IntersectWith(new WrittenMaps(map, batch, elements).Samples.ToArray());
        return common;
    }

    private static void Append(WrittenMaps next, int[] samples, Span<byte> composed)
    {
        foreach (var sample in samples)
        {
            var i = next.Samples.IndexOf(sample);
            var scalars = MemoryMarshal.Cast<byte, double>(composed[..(next._scalars * sizeof(double))]);
            var rows = MemoryMarshal.Cast<byte, float>(composed[(next._scalars * sizeof(double))..next.Length]);
            var linear = next.LinearOf(i);
            linear.Apply(next.OffsetX(i), next.OffsetY(i), rows[..next._elements], rows[next._elements..]);
            linear.After(AffineMap.Linear.Read(scalars)).Write(scalars);
            composed = composed[next.Length..];
        }
    }

    private ReadOnlySpan<byte> MapOf(int sample) => _maps.Slice(Samples.IndexOf(sample) * Length, Length);

    private ReadOnlySpan<float> Row(int i, int row) => MemoryMarshal.Cast<byte, float>(_maps.Slice(
        (i * Length) + (_scalars * sizeof(double)) + (row * _elements * sizeof(float)), _elements * sizeof(float)));
}
