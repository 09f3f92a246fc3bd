using System.Collections.Immutable;

namespace OrleansDiffusion.Contracts.Batches;

/// <summary>A sweep of a batch that was made.</summary>
/// <param name="Sweep">Sweeps of the batch, with this one.</param>
/// <param name="Epoch">The epoch that it was made in.</param>
/// <param name="FirstOpen">The first block that was open.</param>
/// <param name="Residuals">
/// For every open block, for each of its time-nodes, the largest RMS change of a point over the batch's samples; infinity
/// where one left float32's range. Of a sweep of very many nodes, a number stands for some consecutive ones, of about equal
/// count, and is the largest of theirs. None where no sample was swept.
/// </param>
/// <param name="Accepted">
/// The blocks that samples got done with. Said again where what left them was lost with a silo before it was taken.
/// </param>
/// <param name="Frozen">Blocks that all samples are done with, after it.</param>
/// <param name="Furthest">Blocks that the sample which is ahead of all others is done with, after it.</param>
[GenerateSerializer, Immutable, Alias("odiff.SweepRecord")]
public sealed record SweepRecord(
    [property: Id(0)] int Sweep,
    [property: Id(1)] int Epoch,
    [property: Id(2)] int FirstOpen,
    [property: Id(3)] ImmutableArray<float[]> Residuals,
    [property: Id(4)] ImmutableArray<AcceptedBlock> Accepted,
    [property: Id(5)] int Frozen,
    [property: Id(6)] int Furthest);
