using OrleansDiffusion.Contracts.Jobs;

namespace OrleansDiffusion.Contracts.Manifests;

/// <summary>Where a manifest stands.</summary>
/// <param name="ManifestId">The manifest.</param>
/// <param name="State">
/// <see cref="JobState.Accepted"/> until all its lines are there, then running; succeeded where every line has, failed where
/// single ones have not.
/// </param>
/// <param name="Lines">Lines that ask for something; 0 until all are there.</param>
/// <param name="Succeeded">How many of them are done.</param>
/// <param name="Failed">How many of them have failed.</param>
/// <param name="Parts">Parts that they are kept in; 0 until all are there.</param>
/// <param name="Submitted">When it was submitted first; null of an unknown one.</param>
[GenerateSerializer, Immutable, Alias("odiff.ManifestStatus")]
public sealed record ManifestStatus(
    [property: Id(0)] string ManifestId,
    [property: Id(1)] JobState State,
    [property: Id(2)] long Lines,
    [property: Id(3)] long Succeeded,
    [property: Id(4)] long Failed,
    [property: Id(5)] int Parts,
    [property: Id(6)] DateTimeOffset? Submitted);
