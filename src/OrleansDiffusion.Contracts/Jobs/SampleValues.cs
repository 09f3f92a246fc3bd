namespace OrleansDiffusion.Contracts.Jobs;

/// <summary>Samples that are done.</summary>
/// <param name="FirstSample">Index in the job of the first.</param>
/// <param name="Values">[samples, *shape], float32, little-endian, C order.</param>
[GenerateSerializer, Immutable, Alias("odiff.SampleValues")]
public sealed record SampleValues([property: Id(0)] int FirstSample, [property: Id(1)] byte[] Values);
