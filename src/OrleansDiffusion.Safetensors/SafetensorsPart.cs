namespace OrleansDiffusion.Safetensors;

/// <summary>A tensor that is written to a file; whoever writes it adds its values.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Dtype">Format of its numbers.</param>
/// <param name="Shape">Its sizes; none for a single number.</param>
public record SafetensorsPart(string Name, SafetensorsDtype Dtype, IReadOnlyList<long> Shape)
{
    /// <summary>Bytes of its values.</summary>
    public long Bytes => Shape.Aggregate((long)Dtype.Width, (product, size) => product * size);

    /// <summary>Checks names and puts tensors in the order of a file: by dtype, then by name.</summary>
    /// <exception cref="ArgumentException">Names cannot be written.</exception>
    public static IReadOnlyList<TPart> Ordered<TPart>(IEnumerable<TPart> tensors)
        where TPart : SafetensorsPart
    {
        var parts = tensors.ToList();
        if (parts.Exists(part => part.Name == SafetensorsHeader.MetadataName))
            throw new ArgumentException($"a tensor cannot be named {SafetensorsHeader.MetadataName}", nameof(tensors));
        if (parts.CountBy(part => part.Name).FirstOrDefault(name => name.Value > 1).Key is { } repeated)
            throw new ArgumentException($"two tensors are named '{Printable.Of(repeated)}'", nameof(tensors));
        var ranks = SafetensorsDtype.All.ToList();
        return [.. parts.OrderBy(part => ranks.IndexOf(part.Dtype)).ThenBy(part => part.Name, StringComparer.Ordinal)];
    }
}
