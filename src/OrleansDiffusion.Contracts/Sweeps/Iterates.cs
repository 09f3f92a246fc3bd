namespace OrleansDiffusion.Contracts.Sweeps;

/// <summary>The iterates of a time-node, of the samples that are swept there, to go on from elsewhere.</summary>
/// <param name="Bytes">The points, second states, the last D and gains; only a node of the same steps reads them.</param>
[GenerateSerializer, Immutable, Alias("odiff.Iterates")]
public sealed record Iterates([property: Id(0)] byte[] Bytes)
{
    /// <summary>How many bytes are sent together at most: a message holds 100 MB.</summary>
    public const long MostBytes = 64 << 20;
}
