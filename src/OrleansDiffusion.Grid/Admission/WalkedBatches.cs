using System.Collections.Concurrent;
using System.Collections.Immutable;
using OrleansDiffusion.Contracts.Keys;

namespace OrleansDiffusion.Grid.Admission;

/// <summary>The batches that supervisors of this silo walk: what a queue asks for whose forerunner is lost.</summary>
internal sealed class WalkedBatches
{
    private readonly ConcurrentDictionary<BatchKey, bool> _walked = [];

    /// <summary>All of them.</summary>
    public ImmutableArray<BatchKey> All => [.. _walked.Keys];

    /// <summary>A batch is walked from now on.</summary>
    public void Add(BatchKey batch) => _walked[batch] = true;

    /// <summary>A batch is walked no more.</summary>
    public void Remove(BatchKey batch) => _walked.TryRemove(batch, out _);
}
