namespace OrleansDiffusion.Contracts.Keys;

/// <summary>The key of a time-node: <c>jobId/batch/block/node-of-nodes</c>.</summary>
/// <param name="Batch">The batch.</param>
/// <param name="Block">The block, from 0.</param>
/// <param name="Node">The node's place in the block, from 0.</param>
/// <param name="Nodes">How many the block has; placement without a hint splits the silos by it.</param>
public readonly record struct NodeKey(BatchKey Batch, int Block, int Node, int Nodes)
{
    /// <summary>Reads a key.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static NodeKey Parse(string key)
    {
        var parts = KeyParts.Split(key, 4);
        var (node, nodes) = KeyParts.Share(key, parts[3]);
        return new NodeKey(
            new BatchKey(parts[0], KeyParts.Number(key, parts[1])), KeyParts.Number(key, parts[2]), node, nodes);
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Batch}/{Block}/{Node}-of-{Nodes}";
}
