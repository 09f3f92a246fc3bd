using System.Collections.Immutable;
using OrleansDiffusion.Grid.Planning;

namespace OrleansDiffusion.Nodes.Slices;

/// <summary>Time-nodes in a row whose iterates were lost with their silo.</summary>
/// <param name="Nodes">They, in timeline order, which may go over several blocks.</param>
/// <param name="Before">The node before them, whose silo is there; null at the first open block's begin.</param>
/// <param name="Behind">The node behind them, likewise; null at the last one's end.</param>
internal sealed record Gap(
    ImmutableArray<(int Block, int Node)> Nodes, (int Block, int Node)? Before, (int Block, int Node)? Behind)
{
    /// <summary>The gaps in a row of blocks.</summary>
    /// <param name="layout">Which slice held which nodes.</param>
    /// <param name="firstOpen">The first block.</param>
    /// <param name="openEnd">After the last.</param>
    /// <param name="isThere">For every slice, whether it can be asked.</param>
    public static IEnumerable<Gap> Find(NodeLayout layout, int firstOpen, int openEnd, ImmutableArray<bool> isThere)
    {
        var lost = ImmutableArray.CreateBuilder<(int Block, int Node)>();
        (int, int)? before = null;
        foreach (var (node, slice) in NodesOf(layout, firstOpen, openEnd))
        {
            if (!isThere[slice])
            {
                lost.Add(node);
                continue;
            }

            if (lost.Count > 0)
                yield return new Gap(lost.DrainToImmutable(), before, node);
            before = node;
        }

        if (lost.Count > 0)
            yield return new Gap(lost.DrainToImmutable(), before, null);
    }

    private static IEnumerable<((int Block, int Node) Node, int Slice)> NodesOf(NodeLayout layout, int firstOpen, int openEnd) =>
        from block in Enumerable.Range(firstOpen, openEnd - firstOpen)
        from slice in layout.SlicesOf(block)
        let run = layout.Run(block, slice)
        from node in Enumerable.Range(run.First, run.Count)
        select ((block, node), slice);
}
