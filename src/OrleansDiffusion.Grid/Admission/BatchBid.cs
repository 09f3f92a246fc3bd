using OrleansDiffusion.Contracts.Keys;

namespace OrleansDiffusion.Grid.Admission;

/// <summary>A batch that waits for its turn.</summary>
/// <param name="Key">Which it is.</param>
/// <param name="Priority">The greater, the sooner.</param>
/// <param name="Submitter">Who takes turns with others of the same priority.</param>
[GenerateSerializer, Immutable, Alias("odiff.BatchBid")]
internal sealed record BatchBid(
    [property: Id(0)] BatchKey Key, [property: Id(1)] int Priority, [property: Id(2)] string Submitter);
