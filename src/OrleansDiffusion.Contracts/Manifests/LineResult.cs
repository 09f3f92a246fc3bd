using System.Text.Json.Serialization;
using OrleansDiffusion.Contracts.Jobs;

namespace OrleansDiffusion.Contracts.Manifests;

/// <summary>What became of a line of a manifest; a line of its results, too, as JSON.</summary>
/// <param name="Line">The line's number, from 1.</param>
/// <param name="Id">The id that it gives itself; null for none.</param>
/// <param name="State">Succeeded or failed.</param>
/// <param name="Error">Why it failed, in one line; null otherwise.</param>
/// <param name="Job">The job that has its samples; null where it has none.</param>
/// <param name="First">Index in that job of its first sample.</param>
/// <param name="Count">Its samples.</param>
/// <param name="Run">In which run of the manifest, from 1.</param>
[GenerateSerializer, Immutable, Alias("odiff.LineResult")]
public sealed record LineResult(
    [property: Id(0)] long Line,
    [property: Id(1), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Id,
    [property: Id(2)] JobState State,
    [property: Id(3), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Error,
    [property: Id(4), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Job,
    [property: Id(5)] int First,
    [property: Id(6)] int Count,
    [property: Id(7)] int Run);
