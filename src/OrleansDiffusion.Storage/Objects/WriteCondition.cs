namespace OrleansDiffusion.Storage.Objects;

/// <summary>What must hold of an object for it to be written.</summary>
public sealed record WriteCondition
{
    private WriteCondition()
    {
    }

    /// <summary>Nothing: what is there is replaced.</summary>
    public static WriteCondition Always { get; } = new();

    /// <summary>There is none of this name.</summary>
    public static WriteCondition IfAbsent { get; } = new() { RequiresAbsence = true };

    /// <summary>There must be no object.</summary>
    public bool RequiresAbsence { get; private init; }

    /// <summary>The version that the object must have, or null.</summary>
    public string? RequiredVersion { get; private init; }

    /// <summary>The object is there and has this version.</summary>
    /// <param name="version">What reading or writing it has returned.</param>
    public static WriteCondition IfVersion(string version)
    {
        ArgumentException.ThrowIfNullOrEmpty(version);
        return new WriteCondition { RequiredVersion = version };
    }

    /// <summary>Whether an object of this version, or none if it is null, may be written.</summary>
    internal bool Holds(string? version) =>
        RequiresAbsence ? version is null : RequiredVersion is null || RequiredVersion == version;
}
