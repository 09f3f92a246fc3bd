namespace OrleansDiffusion.Nodes.Devices;

/// <summary>The calls in which an emulated device returns NaN, as a broken one does. None by default.</summary>
/// <param name="First">The number of the first, from 1; 0 for none.</param>
/// <param name="Lasts">Whether all calls after it are so too.</param>
public readonly record struct NanCalls(long First, bool Lasts)
{
    /// <summary>Whether a call is one of them.</summary>
    /// <param name="call">Its number, from 1.</param>
    public bool Include(long call) => call == First || (Lasts && call > First);
}
