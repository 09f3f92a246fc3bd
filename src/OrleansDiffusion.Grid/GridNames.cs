namespace OrleansDiffusion.Grid;

/// <summary>Names that the grid and what plugs into it agree on.</summary>
public static class GridNames
{
    /// <summary>The key of the <see cref="TimeProvider"/> service of the grid's own timeouts.</summary>
    public const string Time = "odiff.time";

    /// <summary>The key of a silo's metadata under which it says how many devices it has.</summary>
    public const string Devices = "odiff.devices";

    /// <summary>The grain type of supervisors: silos that load it can hold jobs.</summary>
    public const string SupervisorType = "odiff.supervisor";

    /// <summary>The grain type of slices: silos that load it can hold time-nodes.</summary>
    public const string SliceType = "odiff.slice";

    /// <summary>The namespace of the streams to slices; a stream's key is the slice's.</summary>
    public const string SliceStreams = "odiff.sweeps.slice";
}
