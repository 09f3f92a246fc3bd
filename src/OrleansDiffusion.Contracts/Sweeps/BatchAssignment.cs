using OrleansDiffusion.Contracts.Jobs;
using OrleansDiffusion.Contracts.Keys;

namespace OrleansDiffusion.Contracts.Sweeps;

/// <summary>A batch that is to be sampled.</summary>
/// <param name="Key">Which it is.</param>
/// <param name="Request">The job's request.</param>
/// <param name="Outline">What it comes to.</param>
/// <param name="FirstSample">Index in the job of the batch's first sample.</param>
/// <param name="Samples">Samples of the batch.</param>
/// <param name="Trace">The span that it belongs to, a W3C <c>traceparent</c>; null for none.</param>
[GenerateSerializer, Immutable, Alias("odiff.BatchAssignment")]
public sealed record BatchAssignment(
    [property: Id(0)] BatchKey Key,
    [property: Id(1)] SamplingRequest Request,
    [property: Id(2)] JobOutline Outline,
    [property: Id(3)] int FirstSample,
    [property: Id(4)] int Samples,
    [property: Id(5)] string? Trace = null);
