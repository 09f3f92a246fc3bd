using OrleansDiffusion.Sampling.Picard;

namespace OrleansDiffusion.Sampling.Tests.Picard;

/// <summary>
/// A block cut into nodes that know of one another only what a sweep publishes: the affine map that each folds its
/// steps into.
/// </summary>
internal sealed class NodeGrid : IDisposable
{
    private readonly PicardNode[] _nodes;
    private readonly AffineMap[] _maps;
    private readonly BlockState[] _entries;
    private readonly bool[] _active;

    public NodeGrid(
        Block block, int nodes, BlockState entry, Linearization linearization, FirstIterate start = FirstIterate.Copied)
    {
        var (samples, elements) = (entry.Samples, entry.Elements);
        _nodes = [.. Enumerable.Range(0, nodes).Select(p => TestBlocks.NodeOver(
            block, (block.Steps.Length * p / nodes)..(block.Steps.Length * (p + 1) / nodes),
            samples, elements, linearization, composed: true))];
        _maps = [.. _nodes.Select(_ => new AffineMap(samples, elements))];
        _entries = [.. _nodes.Select(_ => new BlockState(samples, elements))];
        _active = new bool[samples];
        Array.Fill(_active, true);
        Start(entry, start);
    }

    /// <summary>One sweep; returns for every sample the largest update.</summary>
    public double[] Sweep(IDenoiser denoiser, BlockState entry)
    {
        foreach (var node in _nodes)
            node.Evaluate(denoiser, _active, TestContext.Current.CancellationToken);
        for (var p = 0; p < _nodes.Length; p++)
            _nodes[p].Fold(_active, _maps[p]);

        var largest = new double[entry.Samples];
        var updates = new double[entry.Samples];
        var before = new AffineMap(entry.Samples, entry.Elements);
        for (var p = 0; p < _nodes.Length; p++)
        {
            Enter(p, entry, before);
            _nodes[p].Move(_entries[p], _active, updates);
            largest = [.. largest.Zip(updates, Math.Max)];
            before.Append(_maps[p]);
        }

        return largest;
    }

    public BlockState Exit()
    {
        var exit = new BlockState(_entries[0].Samples, _entries[0].Elements);
        CopyExit(_nodes[^1], exit);
        return exit;
    }

    public void Dispose()
    {
        foreach (var node in _nodes)
            node.Dispose();
        foreach (var entry in _entries)
            entry.Dispose();
    }

    // Rolled, a node is entered by what the block's entry becomes in the nodes before it; copied, by that itself.
    private void Start(BlockState entry, FirstIterate kind)
    {
        var before = new AffineMap(entry.Samples, entry.Elements);
        for (var p = 0; p < _nodes.Length; p++)
        {
            Enter(p, entry, before);
            _nodes[p].Start(_entries[p], kind);
            for (var n = 0; n < entry.Samples && kind == FirstIterate.Rolled; n++)
            {
                _nodes[p].FoldRoll(n, entry.Denoised(n), _maps[p]);
                before.Append(n, _maps[p]);
            }
        }
    }

    private void Enter(int p, BlockState entry, AffineMap before)
    {
        for (var n = 0; n < entry.Samples; n++)
        {
            entry.X(n).CopyTo(_entries[p].X(n));
            entry.Y(n).CopyTo(_entries[p].Y(n));
            entry.Denoised(n).CopyTo(_entries[p].Denoised(n));
            _entries[p].LocalVariance(n) = entry.LocalVariance(n);
            before.Apply(n, _entries[p].X(n), _entries[p].Y(n));
        }
    }

    private static void CopyExit(PicardNode node, BlockState exit)
    {
        for (var n = 0; n < exit.Samples; n++)
            node.CopyExit(n, exit);
    }
}
