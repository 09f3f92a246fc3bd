using System.Collections.Immutable;

namespace OrleansDiffusion.Contracts.Sweeps;

/// <summary>A slice to those behind it: what its time-nodes do to whatever enters them.</summary>
/// <param name="Epoch">The epoch.</param>
/// <param name="Sweep">The sweep in which it is published.</param>
/// <param name="Slice">The slice.</param>
/// <param name="Phase">Whether these are the maps of rolled starts or those of the sweep.</param>
/// <param name="Runs">For every open block of which it holds nodes, the map over these.</param>
[GenerateSerializer, Immutable, Alias("odiff.Folded")]
public sealed record Folded(
    int Epoch,
    int Sweep,
    [property: Id(0)] int Slice,
    [property: Id(1)] FoldPhase Phase,
    [property: Id(2)] ImmutableArray<FoldedRun> Runs)
    : SweepMessage(Epoch, Sweep)
{
    /// <inheritdoc/>
    public override long Bytes => base.Bytes + Runs.Sum(run => 16L + run.Map.Length);
}
