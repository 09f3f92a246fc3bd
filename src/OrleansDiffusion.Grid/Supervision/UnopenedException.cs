namespace OrleansDiffusion.Grid.Supervision;

/// <summary>Some silos cannot open what others can.</summary>
/// <param name="silos">These silos.</param>
/// <param name="message">Which, and why, in one line.</param>
internal sealed class UnopenedException(IReadOnlyList<SiloAddress> silos, string message) : SliceException(message)
{
    /// <summary>Those that cannot.</summary>
    public IReadOnlyList<SiloAddress> Silos { get; } = silos;
}
