namespace OrleansDiffusion.Silo;

/// <summary>What carries the messages of sweeps. The same on every silo of a cluster.</summary>
public enum ExchangeKind
{
    /// <summary>The project's own streams.</summary>
    SweepStreams,

    /// <summary>Orleans' memory streams, as they come: to compare with.</summary>
    MemoryStreams,

    /// <summary>Calls between the grains.</summary>
    DirectCalls,
}
