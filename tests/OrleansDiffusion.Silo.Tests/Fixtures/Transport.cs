namespace OrleansDiffusion.Silo.Tests.Fixtures;

/// <summary>What carries the messages of sweeps.</summary>
public enum Transport
{
    /// <summary>The project's own streams.</summary>
    SweepStreams,

    /// <summary>Orleans' memory streams.</summary>
    MemoryStreams,

    /// <summary>Calls between the grains.</summary>
    DirectCalls,
}
