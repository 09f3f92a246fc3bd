namespace OrleansDiffusion.Grid.Supervision;

/// <summary>A sweep took longer than it is waited for.</summary>
internal sealed class LateSweepException(string message) : SliceException(message);
