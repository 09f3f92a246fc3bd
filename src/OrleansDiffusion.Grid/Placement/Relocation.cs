using Orleans.Runtime.Placement;

namespace OrleansDiffusion.Grid.Placement;

/// <summary>
/// Opens a slice or time-node on a given silo. Grains live where the first call reached them, and that may have been one
/// without a hint: who finds himself on another silo says so and leaves it.
/// </summary>
public static class Relocation
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    /// <summary>Calls until the grain is there.</summary>
    /// <param name="open">Calls the grain; false if it is on another silo, which it leaves.</param>
    /// <param name="silo">The silo.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task Open(Func<Task<bool>> open, SiloAddress silo, CancellationToken cancellationToken)
    {
        while (!await Hinted(open, silo))
            await Task.Delay(Pause, cancellationToken);
    }

    /// <summary>
    /// Has a grain leave for another silo when its calls are done, without what it holds. A grain that only went would
    /// be brought to life on the same silo again by who remembers it there.
    /// </summary>
    /// <param name="grain">The grain.</param>
    /// <param name="silo">The silo it goes to.</param>
    public static void Leave(IGrainContext grain, SiloAddress silo)
    {
        ArgumentNullException.ThrowIfNull(grain);
        grain.Migrate(new Dictionary<string, object>(StringComparer.Ordinal)
        {
            [IPlacementDirector.PlacementHintKey] = silo,
        });
    }

    private static Task<bool> Hinted(Func<Task<bool>> open, SiloAddress silo)
    {
        RequestContext.Set(IPlacementDirector.PlacementHintKey, silo);
        try
        {
            return open();
        }
        finally
        {
            RequestContext.Remove(IPlacementDirector.PlacementHintKey);
        }
    }
}
