namespace OrleansDiffusion.Grid.Supervision;

/// <summary>A silo returned NaN or infinity, and another one is to be asked.</summary>
internal sealed class DoubtException(string message) : SliceException(message);
