namespace OrleansDiffusion.Contracts.Sweeps;

/// <summary>A slice to the supervisor: the sweep could not be made.</summary>
/// <param name="Epoch">The epoch.</param>
/// <param name="Sweep">The sweep.</param>
/// <param name="Slice">The slice.</param>
/// <param name="Error">Why, in one line.</param>
[GenerateSerializer, Immutable, Alias("odiff.SliceFailed")]
public sealed record SliceFailed(
    int Epoch, int Sweep, [property: Id(0)] int Slice, [property: Id(1)] string Error)
    : SweepMessage(Epoch, Sweep);
