namespace OrleansDiffusion.Grid.Placement;

/// <summary>Where slices and time-nodes live: contiguous runs of the timeline on each silo.</summary>
[Serializable, GenerateSerializer, Immutable, Alias("odiff.TimelinePlacement")]
public sealed class TimelinePlacement : PlacementStrategy
{
    /// <summary>The one there is.</summary>
    internal static TimelinePlacement Instance { get; } = new();
}
