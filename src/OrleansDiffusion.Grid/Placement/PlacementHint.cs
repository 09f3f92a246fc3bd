using Orleans.Runtime.Placement;

namespace OrleansDiffusion.Grid.Placement;

/// <summary>Names the silo that a slice or time-node is to live on, to the director that places it.</summary>
public static class PlacementHint
{
    /// <summary>Makes a call that places its grain on a silo, if the grain lives nowhere yet and the silo can hold it.</summary>
    /// <param name="silo">The silo.</param>
    /// <param name="call">The call.</param>
    public static Task On(SiloAddress silo, Func<Task> call)
    {
        ArgumentNullException.ThrowIfNull(call);
        RequestContext.Set(IPlacementDirector.PlacementHintKey, silo);
        try
        {
            return call();
        }
        finally
        {
            RequestContext.Remove(IPlacementDirector.PlacementHintKey);
        }
    }
}
