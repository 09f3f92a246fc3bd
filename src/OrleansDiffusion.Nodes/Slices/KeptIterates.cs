using OrleansDiffusion.Contracts.Sweeps;

namespace OrleansDiffusion.Nodes.Slices;

/// <summary>Copies of another slice's iterates, the latest of each time-node.</summary>
internal sealed class KeptIterates
{
    private readonly Dictionary<(int Block, int Node), (int Sweep, Iterates Iterates)> _nodes = [];

    /// <summary>Keeps copies, unless later ones are here.</summary>
    public void Keep(int sweep, IEnumerable<NodeCopy> copies)
    {
        foreach (var (block, node, iterates) in copies)
        {
            if (!_nodes.TryGetValue((block, node), out var kept) || kept.Sweep < sweep)
                _nodes[(block, node)] = (sweep, iterates);
        }
    }

    /// <summary>The copy of a node; null where there is none.</summary>
    public Iterates? Find(int block, int node) => _nodes.GetValueOrDefault((block, node)).Iterates;

    /// <summary>Drops the copies of blocks that are done.</summary>
    public void DropBefore(int block)
    {
        foreach (var node in _nodes.Keys.Where(node => node.Block < block).ToList())
            _nodes.Remove(node);
    }
}
