namespace OrleansDiffusion.Silo;

/// <summary>What a silo does.</summary>
public enum SiloRole
{
    /// <summary>Everything.</summary>
    Both,

    /// <summary>Jobs and supervisors, no time-nodes: it needs neither a device nor libtorch.</summary>
    Control,

    /// <summary>Time-nodes on its devices, no jobs and supervisors: it may be gone at any moment.</summary>
    Compute,
}
