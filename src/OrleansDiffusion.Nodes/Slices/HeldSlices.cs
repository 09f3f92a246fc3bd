using System.Collections.Concurrent;
using OrleansDiffusion.Contracts.Keys;

namespace OrleansDiffusion.Nodes.Slices;

/// <summary>The slices that a silo holds.</summary>
internal sealed class HeldSlices
{
    private readonly ConcurrentDictionary<SliceKey, bool> _slices = [];

    /// <summary>The batches that they are of.</summary>
    public IReadOnlyCollection<BatchKey> Batches => [.. _slices.Keys.Select(slice => slice.Batch).Distinct()];

    /// <summary>Notes one that is open.</summary>
    public void Add(SliceKey slice) => _slices.TryAdd(slice, true);

    /// <summary>Notes one that is not any more.</summary>
    public void Remove(SliceKey slice) => _slices.TryRemove(slice, out _);
}
