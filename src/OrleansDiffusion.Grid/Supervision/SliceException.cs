namespace OrleansDiffusion.Grid.Supervision;

/// <summary>A slice could not make a sweep.</summary>
/// <param name="message">Which, and why, in one line.</param>
internal class SliceException(string message) : Exception(message);
