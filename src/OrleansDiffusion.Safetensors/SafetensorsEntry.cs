namespace OrleansDiffusion.Safetensors;

/// <summary>Where a tensor lies in a file.</summary>
/// <param name="Dtype">Format of its numbers.</param>
/// <param name="Shape">Its sizes; none for a single number.</param>
/// <param name="Begin">Its first byte, counted from the end of the header.</param>
/// <param name="End">The byte behind its last one.</param>
public sealed record SafetensorsEntry(SafetensorsDtype Dtype, IReadOnlyList<long> Shape, long Begin, long End)
{
    /// <summary>Bytes of its values.</summary>
    public long Length => End - Begin;

    /// <summary>How many numbers it has.</summary>
    public long Elements => Shape.Aggregate(1L, (product, size) => product * size);
}
