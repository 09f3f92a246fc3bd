namespace OrleansDiffusion.Contracts.Sweeps;

/// <summary>What a slice does at a moment. Where all wait, and hear nothing, a message was lost.</summary>
/// <param name="Heard">How many messages of its epoch it took in, from 0.</param>
/// <param name="Waits">Whether it does nothing until another message comes.</param>
[GenerateSerializer, Immutable, Alias("odiff.SliceState")]
public readonly record struct SliceState([property: Id(0)] long Heard, [property: Id(1)] bool Waits);
