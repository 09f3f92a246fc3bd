using System.Collections.Immutable;

namespace OrleansDiffusion.Grid.Planning;

/// <summary>
/// Which time-nodes a block has, and which slice holds them. A block is cut into nodes of about equal length. Its nodes
/// are split contiguously over the slices by weight; where at least as many blocks are open as there are devices, each
/// block goes to one slice instead, in turn, which takes fewer messages.
/// </summary>
/// <param name="stepsOfBlocks">Steps of every block.</param>
/// <param name="pointsPerNode">Most grid points of a node, positive.</param>
/// <param name="lookahead">Blocks that are open at the same time, positive.</param>
/// <param name="weights">For every slice its share, positive.</param>
public sealed class NodeLayout(
    ImmutableArray<int> stepsOfBlocks, int pointsPerNode, int lookahead, ImmutableArray<int> weights)
{
    private readonly int _weight = weights.Sum();

    private bool InTurn => lookahead >= _weight && stepsOfBlocks.Length >= _weight;

    /// <summary>Slices of the batch.</summary>
    public int Slices => weights.Length;

    /// <summary>How many nodes a block has.</summary>
    public int Nodes(int block) => (stepsOfBlocks[block] + pointsPerNode - 1) / pointsPerNode;

    /// <summary>The steps of a node.</summary>
    public (int First, int Count) Steps(int block, int node)
    {
        var first = Cut(stepsOfBlocks[block], node, Nodes(block));
        return (first, Cut(stepsOfBlocks[block], node + 1, Nodes(block)) - first);
    }

    /// <summary>The node that holds a step.</summary>
    public int NodeOf(int block, int step)
    {
        var node = (int)((long)step * Nodes(block) / stepsOfBlocks[block]);
        while (Steps(block, node) is var (first, count) && step >= first + count)
            node++;
        return node;
    }

    /// <summary>The nodes of a block that a slice holds: first and count, which may be 0.</summary>
    public (int First, int Count) Run(int block, int slice)
    {
        var before = weights.AsSpan()[..slice].ToArray().Sum();
        var nodes = Nodes(block);
        if (InTurn)
            return block % _weight >= before && block % _weight < before + weights[slice] ? (0, nodes) : (0, 0);
        var first = Cut(nodes, before, _weight);
        return (first, Cut(nodes, before + weights[slice], _weight) - first);
    }

    /// <summary>The slices that hold nodes of a block, in the order of these.</summary>
    public IEnumerable<int> SlicesOf(int block) =>
        Enumerable.Range(0, weights.Length).Where(slice => Run(block, slice).Count > 0);

    /// <summary>The slice that holds a node.</summary>
    public int SliceOf(int block, int node)
    {
        var slice = 0;
        while (Run(block, slice) is var (first, count) && (node < first || node >= first + count))
            slice++;
        return slice;
    }

    /// <summary>The slice that keeps copies of another's iterates: the next one, in a ring; null where there is no other.</summary>
    public int? KeeperOf(int slice) => Slices == 1 ? null : (slice + 1) % Slices;

    private static int Cut(int length, int part, int parts) => (int)((long)length * part / parts);
}
