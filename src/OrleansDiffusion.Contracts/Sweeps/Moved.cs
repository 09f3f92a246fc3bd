using System.Collections.Immutable;

namespace OrleansDiffusion.Contracts.Sweeps;

/// <summary>A slice to the supervisor: how far its points moved.</summary>
/// <param name="Epoch">The epoch.</param>
/// <param name="Sweep">The sweep.</param>
/// <param name="Slice">The slice.</param>
/// <param name="Updates">For every open block, for every sample, the largest RMS change at its points; 0 where it has none.</param>
/// <param name="NotFinite">Where the model returned NaN or infinity, twice.</param>
/// <param name="Rows">Model evaluations.</param>
/// <param name="ModelCalls">Model calls that they were made in.</param>
/// <param name="ModelTime">What these took.</param>
/// <param name="Messages">Messages that the slice published in this sweep, with this one.</param>
/// <param name="NodeUpdates">
/// For every open block, for every time-node that the slice holds of it, the largest RMS change over points and samples; none
/// where no sample is swept, and default of a silo of an older version.
/// </param>
[GenerateSerializer, Immutable, Alias("odiff.Moved")]
public sealed record Moved(
    int Epoch,
    int Sweep,
    [property: Id(0)] int Slice,
    [property: Id(1)] ImmutableArray<double[]> Updates,
    [property: Id(2)] ImmutableArray<NotFinite> NotFinite,
    [property: Id(3)] int Rows,
    [property: Id(4)] int ModelCalls,
    [property: Id(5)] TimeSpan ModelTime,
    [property: Id(6)] int Messages,
    [property: Id(7)] ImmutableArray<float[]> NodeUpdates)
    : SweepMessage(Epoch, Sweep)
{
    /// <inheritdoc/>
    public override long Bytes => base.Bytes + Updates.Sum(block => 16L + (8L * block.Length)) + (24L * NotFinite.Length)
        + (NodeUpdates.IsDefault ? 0 : NodeUpdates.Sum(block => 16L + (4L * block.Length)));
}
