namespace OrleansDiffusion.Nodes.Slices;

/// <summary>Copies of another slice's iterates, the latest of each time-node.</summary>
internal sealed class KeptIterates
{
    private readonly Dictionary<(int Block, int Node), (int Sweep, byte[] Iterates)> _nodes = [];

    /// <summary>Keeps a copy, unless a later one is here.</summary>
    public void Keep(int sweep, int block, int node, byte[] iterates)
    {
        if (!_nodes.TryGetValue((block, node), out var kept) || kept.Sweep < sweep)
            _nodes[(block, node)] = (sweep, iterates);
    }

    /// <summary>The copy of a node; null where there is none.</summary>
    public byte[]? Find(int block, int node) => _nodes.GetValueOrDefault((block, node)).Iterates;

    /// <summary>Drops the copies of blocks that are done.</summary>
    public void DropBefore(int block)
    {
        foreach (var node in _nodes.Keys.Where(node => node.Block < block).ToList())
            _nodes.Remove(node);
    }
}
