namespace OrleansDiffusion.Contracts.Keys;

/// <summary>The key of a time-node: <c>jobId/batch/epoch/block/node-of-nodes</c>.</summary>
/// <param name="Batch">The batch.</param>
/// <param name="Epoch">The epoch, from 1.</param>
/// <param name="Block">The block, from 0.</param>
/// <param name="Node">The node's place in the block, from 0.</param>
/// <param name="Nodes">How many the block has; placement without a hint splits the silos by it.</param>
public readonly record struct NodeKey(BatchKey Batch, int Epoch, int Block, int Node, int Nodes)
{
    /// <summary>Reads a key.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static NodeKey Parse(string key)
    {
        var parts = KeyParts.Split(key, 5);
        var (node, nodes) = KeyParts.Share(key, parts[4]);
        return new NodeKey(
            new BatchKey(parts[0], KeyParts.Number(key, parts[1])), KeyParts.Number(key, parts[2]),
            KeyParts.Number(key, parts[3]), node, nodes);
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Batch}/{Epoch}/{Block}/{Node}-of-{Nodes}";
}
