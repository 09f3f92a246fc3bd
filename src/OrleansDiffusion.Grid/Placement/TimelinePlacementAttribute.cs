using Orleans.Placement;

namespace OrleansDiffusion.Grid.Placement;

/// <summary>Places a grain by <see cref="TimelinePlacement"/>.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class TimelinePlacementAttribute() : PlacementAttribute(TimelinePlacement.Instance);
