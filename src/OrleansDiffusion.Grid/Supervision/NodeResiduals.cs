using System.Collections.Immutable;
using OrleansDiffusion.Contracts.Sweeps;
using OrleansDiffusion.Grid.Planning;

namespace OrleansDiffusion.Grid.Supervision;

/// <summary>Puts together what slices say of their time-nodes.</summary>
internal static class NodeResiduals
{
    /// <summary>How far the time-nodes of the open blocks moved.</summary>
    /// <param name="layout">Who holds which.</param>
    /// <param name="firstOpen">The first open block.</param>
    /// <param name="blocks">How many are open.</param>
    /// <param name="moved">What every slice said, in their order.</param>
    /// <param name="most">How many numbers there may be; of more nodes, one stands for the largest of some.</param>
    /// <returns>For every open block its nodes' updates, in their order; none where no slice has said any.</returns>
    public static ImmutableArray<float[]> Of(
        NodeLayout layout, int firstOpen, int blocks, IReadOnlyList<Moved> moved, int most)
    {
        var all = Enumerable.Range(0, blocks).Select(i => OfBlock(layout, firstOpen + i, i, moved)).ToList();
        var total = all.Sum(block => (long)block.Length);
        return total <= most
            ? [.. all]
            : [.. all.Select(block => Folded(block, (int)Math.Max(1, block.Length * (long)most / total)))];
    }

    private static float[] OfBlock(NodeLayout layout, int block, int i, IReadOnlyList<Moved> moved)
    {
        float[] updates = [];
        foreach (var slice in moved)
        {
            if (slice.NodeUpdates.IsDefault || slice.NodeUpdates[i].Length == 0)
                continue;
            if (updates.Length == 0)
                updates = new float[layout.Nodes(block)];
            slice.NodeUpdates[i].CopyTo(updates, layout.Run(block, slice.Slice).First);
        }

        return updates;
    }

    private static float[] Folded(float[] updates, int most)
    {
        if (updates.Length <= most)
            return updates;
        var folded = new float[most];
        for (var i = 0; i < updates.Length; i++)
        {
            ref var largest = ref folded[(int)((long)i * most / updates.Length)];
            largest = Math.Max(largest, updates[i]);
        }

        return folded;
    }
}
