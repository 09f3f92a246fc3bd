namespace OrleansDiffusion.Silo;

/// <summary>What a silo does.</summary>
public enum SiloRole
{
    /// <summary>Everything.</summary>
    Both,

    /// <summary>Jobs and supervisors, no time-nodes: it needs neither a device nor libtorch.</summary>
    Control,

    /// <summary>Time-nodes on its devices; it may be asked to hold jobs and supervisors, too.</summary>
    Compute,
}
