namespace OrleansDiffusion.Cli.Runs;

/// <summary>A run that could not be finished.</summary>
/// <param name="message">Why, in one line.</param>
internal sealed class SamplingFailedException(string message) : Exception(message);
