namespace OrleansDiffusion.Contracts.Keys;

/// <summary>The key of a slice: <c>jobId/batch/epoch/slice-of-slices</c>.</summary>
/// <param name="Batch">The batch.</param>
/// <param name="Epoch">The epoch, from 1.</param>
/// <param name="Slice">The slice's place among those of the batch, from 0.</param>
/// <param name="Slices">How many there are; placement without a hint splits the silos by it.</param>
public readonly record struct SliceKey(BatchKey Batch, int Epoch, int Slice, int Slices)
{
    /// <summary>Reads a key.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static SliceKey Parse(string key)
    {
        var parts = KeyParts.Split(key, 4);
        var (slice, slices) = KeyParts.Share(key, parts[3]);
        return new SliceKey(
            new BatchKey(parts[0], KeyParts.Number(key, parts[1])), KeyParts.Number(key, parts[2]), slice, slices);
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Batch}/{Epoch}/{Slice}-of-{Slices}";
}
