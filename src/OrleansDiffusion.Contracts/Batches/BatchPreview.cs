using System.Collections.Immutable;

namespace OrleansDiffusion.Contracts.Batches;

/// <summary>What samples of a batch that is under way look like by now.</summary>
/// <param name="FirstSample">The first one's index in the job.</param>
/// <param name="Done">For each of them, how many blocks it is done with.</param>
/// <param name="Values">
/// Their denoised estimates, float32, little-endian, one after the other, as the model returned them last before what left
/// the last of these blocks. Zeros of a sample that is done with none; NaN of one that was lost.
/// </param>
[GenerateSerializer, Immutable, Alias("odiff.BatchPreview")]
public sealed record BatchPreview(
    [property: Id(0)] int FirstSample, [property: Id(1)] ImmutableArray<int> Done, [property: Id(2)] byte[] Values);
