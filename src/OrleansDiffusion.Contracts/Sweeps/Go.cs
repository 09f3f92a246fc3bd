using System.Collections.Immutable;

namespace OrleansDiffusion.Contracts.Sweeps;

/// <summary>The supervisor to all slices: make a sweep.</summary>
/// <param name="Epoch">The epoch.</param>
/// <param name="Sweep">The sweep.</param>
/// <param name="FirstOpen">The first open block.</param>
/// <param name="Active">For every open block, for every sample, whether it is swept there.</param>
/// <param name="Entries">What changed since the sweep before.</param>
/// <param name="Leads">For every sample the first block that it is not done with.</param>
[GenerateSerializer, Immutable, Alias("odiff.Go")]
public sealed record Go(
    int Epoch,
    int Sweep,
    [property: Id(0)] int FirstOpen,
    [property: Id(1)] ImmutableArray<bool[]> Active,
    [property: Id(2)] ImmutableArray<BlockEntry> Entries,
    [property: Id(3)] ImmutableArray<int> Leads)
    : SweepMessage(Epoch, Sweep)
{
    /// <inheritdoc/>
    public override long Bytes =>
        base.Bytes + Active.Sum(block => 16L + block.Length) + (4L * Leads.Length)
        + Entries.Sum(entry => 32L + (entry.State?.Length ?? 0));
}
