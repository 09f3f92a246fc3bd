namespace OrleansDiffusion.Streaming;

/// <summary>A queue's answer to the silo that takes it over.</summary>
/// <param name="IsHere">Whether the queue's grain is on that silo already; else it is on its way when there are no items.</param>
/// <param name="Items">The oldest items that not all consumers have; they are that silo's from now on.</param>
[GenerateSerializer]
[Immutable]
internal sealed record Handover(bool IsHere, SweepItem[] Items);
