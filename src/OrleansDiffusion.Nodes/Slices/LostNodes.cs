using System.Collections.Immutable;
using OrleansDiffusion.Contracts.Sweeps;
using OrleansDiffusion.Grid.Planning;
using OrleansDiffusion.Nodes.Planning;
using OrleansDiffusion.Sampling;
using OrleansDiffusion.Sampling.Picard;
using OrleansDiffusion.Sampling.Steps;

namespace OrleansDiffusion.Nodes.Slices;

/// <summary>
/// The iterates of a slice's time-nodes that were lost with their silo, guessed anew from what was kept on both sides of
/// them. A roll from the block's entry would end elsewhere than the kept iterate behind it begins, and that would be moved
/// away from where it had come to.
/// </summary>
internal sealed class LostNodes
{
    private readonly SliceSpec _spec;
    private readonly JobSetup _setup;
    private readonly NodeLayout _layout;
    private readonly Func<int, (int First, int Count)> _own;
    private readonly ImmutableArray<Gap> _gaps; // in which the slice has nodes
    private readonly Dictionary<(int Block, int Node), IReadOnlyDictionary<int, RunEnds>> _ends = [];

    /// <param name="spec">The slice.</param>
    /// <param name="slice">Its number.</param>
    /// <param name="setup">The job.</param>
    /// <param name="layout">Which slice holds which nodes.</param>
    /// <param name="before">Which slice held them in the epoch before; null for none.</param>
    public LostNodes(SliceSpec spec, int slice, JobSetup setup, NodeLayout layout, NodeLayout? before)
    {
        (_spec, _setup, _layout) = (spec, setup, layout);
        _own = block => layout.Run(block, slice);
        _gaps = before is null || setup.HasMemory
            ? []
            :
            [
                .. Gap.Find(before, spec.FirstOpen, spec.OpenEnd, spec.Before!.IsThere)
                    .Where(gap => gap is not { Before: null, Behind: null } && gap.Nodes.Any(IsOwn)),
            ];
    }

    /// <summary>The kept nodes beside the lost ones, whose ends are to be noted.</summary>
    public IEnumerable<(int Block, int Node)> Beside => _gaps
        .SelectMany(gap => new[] { gap.Before, gap.Behind }).OfType<(int, int)>().Distinct();

    /// <summary>Notes what the iterates are at the ends of a kept node.</summary>
    public void Note((int Block, int Node) node, ReadOnlySpan<byte> ends) =>
        _ends[node] = RunEnds.Read(ends, _spec.Batch.Samples, _setup.Elements);

    /// <summary>What the slice's lost nodes start from.</summary>
    /// <param name="entries">The samples that start in blocks.</param>
    /// <param name="leads">For every sample the first block that it is not done with, and what enters there.</param>
    /// <returns>Nothing for a sample of which too little is known.</returns>
    public Dictionary<(int Block, int Node), ImmutableArray<NodeEntry>> Entries(
        IEnumerable<BlockEntry> entries, IReadOnlyList<(int Block, byte[] State)> leads)
    {
        var starts = entries.GroupBy(entry => entry.Sample, entry => entry.Block).ToList();
        var bridged = from gap in _gaps
                      from sample in starts
                      from entry in Cross(gap, sample.Key, [.. sample], leads[sample.Key])
                      group entry.Entry by entry.Node;
        return bridged.ToDictionary(node => node.Key, node => node.ToImmutableArray());
    }

    private IEnumerable<((int Block, int Node) Node, NodeEntry Entry)> Cross(
        Gap gap, int sample, HashSet<int> blocks, (int Block, byte[] State) lead)
    {
        var nodes = gap.Nodes.Where(node => blocks.Contains(node.Block)).ToList();
        if (nodes.Count == 0)
            yield break;
        using var state = new BlockState(1, _setup.Elements);
        if (gap.Before is { } before && before.Block >= lead.Block)
        {
            if (EndsOf(before, sample) is not { } ends)
                yield break;
            ends.Exit.CopyTo(state.X(0));
            ends.Denoised.CopyTo(state.Denoised(0));
            state.LocalVariance(0) = ends.LocalVariance;
        }
        else
        {
            state.Read(0, lead.State);
        }

        var target = gap.Behind is { } behind && blocks.Contains(behind.Block) ? EndsOf(behind, sample)?.Entry : null;
        var bridge = BridgeOver(nodes, sample, state, target);
        bridge.Denoised.CopyTo(state.Denoised(0));
        foreach (var node in nodes)
        {
            bridge.X.CopyTo(state.X(0));
            if (IsOwn(node))
                yield return (node, new NodeEntry(sample, state.Write(0)));
            bridge.Advance(_layout.Steps(node.Block, node.Node).Count);
        }
    }

    private Bridge BridgeOver(List<(int Block, int Node)> nodes, int sample, BlockState from, float[]? to)
    {
        var steps = nodes.SelectMany(node => StepsOf(node.Block, node.Node)).ToList();
        var sampleOfJob = (uint)(_spec.Batch.FirstSample + sample);
        return (to is null ? null : Bridge.Between(steps, _setup.Noise, sampleOfJob, from.X(0), to))
            ?? new Bridge(steps, _setup.Noise, sampleOfJob, from.X(0), from.Denoised(0));
    }

    private ImmutableArray<Step> StepsOf(int block, int node)
    {
        var (first, count) = _layout.Steps(block, node);
        return _setup.Timeline.Blocks[block].Steps[first..(first + count)];
    }

    private RunEnds? EndsOf((int Block, int Node) node, int sample) =>
        _ends.TryGetValue(node, out var ends) ? ends.GetValueOrDefault(sample) : null;

    private bool IsOwn((int Block, int Node) node) =>
        _own(node.Block) is var (first, count) && node.Node >= first && node.Node < first + count;
}
