namespace OrleansDiffusion.Sampling.Picard;

/// <summary>
/// At which points of a run the model is asked in a sweep. Ahead of the blocks that are about to be done a few of them tell
/// enough: D between them is interpolated, so that what enters later enters near where it will come to rest.
/// </summary>
public enum Scouting : byte
{
    /// <summary>At all points.</summary>
    None,

    /// <summary>At every third.</summary>
    Third,

    /// <summary>At the one in the middle.</summary>
    Point,
}
