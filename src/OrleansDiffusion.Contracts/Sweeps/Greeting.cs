namespace OrleansDiffusion.Contracts.Sweeps;

/// <summary>
/// A slice to all that will hear from it, once an epoch: nothing. It changes nothing either; what carries messages makes its
/// acquaintance with those that hear it.
/// </summary>
/// <param name="Epoch">The epoch.</param>
/// <param name="Sweep">The sweep.</param>
[GenerateSerializer, Immutable, Alias("odiff.Greeting")]
public sealed record Greeting(int Epoch, int Sweep) : SweepMessage(Epoch, Sweep);
