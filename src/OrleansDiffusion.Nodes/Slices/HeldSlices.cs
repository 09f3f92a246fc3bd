using OrleansDiffusion.Contracts.Keys;

namespace OrleansDiffusion.Nodes.Slices;

/// <summary>The slices and time-nodes that a silo holds.</summary>
internal sealed class HeldSlices
{
    private readonly Lock _gate = new();
    private readonly HashSet<SliceKey> _slices = [];
    private bool _isClosed;
    private int _nodes;

    /// <summary>The batches that they are of.</summary>
    public IReadOnlyCollection<BatchKey> Batches
    {
        get
        {
            lock (_gate)
                return [.. _slices.Select(slice => slice.Batch).Distinct()];
        }
    }

    /// <summary>How many time-nodes are open.</summary>
    public int Nodes => Volatile.Read(ref _nodes);

    /// <summary>Notes a time-node that is open.</summary>
    public void AddNode() => Interlocked.Increment(ref _nodes);

    /// <summary>Notes one that is not any more.</summary>
    public void RemoveNode() => Interlocked.Decrement(ref _nodes);

    /// <summary>Notes a slice that is open; false, and nothing is noted, where none is let in any more.</summary>
    public bool TryAdd(SliceKey slice)
    {
        lock (_gate)
        {
            if (!_isClosed)
                _slices.Add(slice);
            return !_isClosed;
        }
    }

    /// <summary>Notes one that is not any more.</summary>
    public void Remove(SliceKey slice)
    {
        lock (_gate)
            _slices.Remove(slice);
    }

    /// <summary>Lets no slice in any more, if none is here: what would come now would be lost with the silo.</summary>
    /// <returns>Whether none is here.</returns>
    public bool TryClose()
    {
        lock (_gate)
            return _isClosed |= _slices.Count == 0;
    }
}
