namespace OrleansDiffusion.Grid.Supervision;

/// <summary>A silo that held time-nodes is gone.</summary>
internal sealed class GoneException(string message) : SliceException(message);
