using Orleans.Placement;

namespace OrleansDiffusion.Nodes.Placement;

/// <summary>Places a grain by <see cref="TimelinePlacementDirector"/>.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class TimelinePlacementAttribute() : PlacementAttribute(TimelinePlacement.Instance);
