using System.Collections.Immutable;

namespace OrleansDiffusion.Contracts.Batches;

/// <summary>Some of what happened to a batch. What is too long ago is not kept, and is missing.</summary>
/// <param name="FirstSample">First sample of the batch.</param>
/// <param name="Samples">Samples of the batch.</param>
/// <param name="Epochs">Epochs that began.</param>
/// <param name="Sweeps">Sweeps that were made, each in one of these epochs or the one that was read of before.</param>
/// <param name="Next">Where the next page begins.</param>
/// <param name="IsOver">Whether the batch is done and nothing will follow.</param>
[GenerateSerializer, Immutable, Alias("odiff.SweepPage")]
public sealed record SweepPage(
    [property: Id(0)] int FirstSample,
    [property: Id(1)] int Samples,
    [property: Id(2)] ImmutableArray<EpochRecord> Epochs,
    [property: Id(3)] ImmutableArray<SweepRecord> Sweeps,
    [property: Id(4)] SweepPosition Next,
    [property: Id(5)] bool IsOver)
{
    /// <summary>Most sweeps of a page; one that has as many is followed by another at once.</summary>
    public const int MostSweeps = 128;
}
