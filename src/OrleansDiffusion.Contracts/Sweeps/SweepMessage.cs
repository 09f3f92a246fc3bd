namespace OrleansDiffusion.Contracts.Sweeps;

/// <summary>
/// A message of a sweep. One of an older epoch, a repeated one and one of a sweep that is over change nothing.
/// </summary>
/// <param name="Epoch">The epoch, from 1; every restart of the open blocks raises it.</param>
/// <param name="Sweep">The sweep in the epoch, from 1.</param>
[GenerateSerializer, Immutable, Alias("odiff.SweepMessage")]
public abstract record SweepMessage([property: Id(0)] int Epoch, [property: Id(1)] int Sweep)
{
    /// <summary>About how large it is, in bytes.</summary>
    public virtual long Bytes => 64;
}
