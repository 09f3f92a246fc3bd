namespace OrleansDiffusion.Models;

/// <summary>The shape of a sample as model files give it.</summary>
internal static class SampleShape
{
    // 2^24 elements are an image of 2364 x 2364 RGB; it keeps a row's bytes within an int.
    private const long MostElements = 1 << 24;

    /// <summary>Throws unless the sizes are positive, and their product is one that can be handled; returns it.</summary>
    /// <exception cref="ModelFormatException">Says in one line what is wrong.</exception>
    public static long Elements(IReadOnlyList<long> shape)
    {
        if (shape.Count == 0 || shape.Any(size => size is < 1 or > MostElements))
            throw new ModelFormatException($"shape must list positive sizes, was [{string.Join(", ", shape)}]");
        var elements = shape.Aggregate(1.0, (product, size) => product * size);
        return elements <= MostElements
            ? (long)elements
            : throw new ModelFormatException($"shape must have at most {MostElements} elements, has {elements:g6}");
    }
}
