using System.Collections.Concurrent;
using OrleansDiffusion.Contracts.Keys;

namespace OrleansDiffusion.Nodes.Slices;

/// <summary>The slices and time-nodes that a silo holds.</summary>
internal sealed class HeldSlices
{
    private readonly ConcurrentDictionary<SliceKey, bool> _slices = [];
    private int _nodes;

    /// <summary>The batches that they are of.</summary>
    public IReadOnlyCollection<BatchKey> Batches => [.. _slices.Keys.Select(slice => slice.Batch).Distinct()];

    /// <summary>How many time-nodes are open.</summary>
    public int Nodes => Volatile.Read(ref _nodes);

    /// <summary>Notes a time-node that is open.</summary>
    public void AddNode() => Interlocked.Increment(ref _nodes);

    /// <summary>Notes one that is not any more.</summary>
    public void RemoveNode() => Interlocked.Decrement(ref _nodes);

    /// <summary>Notes a slice that is open.</summary>
    public void Add(SliceKey slice) => _slices.TryAdd(slice, true);

    /// <summary>Notes one that is not any more.</summary>
    public void Remove(SliceKey slice) => _slices.TryRemove(slice, out _);
}
