namespace OrleansDiffusion.Client;

/// <summary>What a sample looks like that is under way.</summary>
/// <param name="Estimate">
/// The sample as the model estimated it last, at the end of the last block that it is done with; zeros before that. NaN if it
/// was lost.
/// </param>
/// <param name="Done">Steps that it is done with, as a share of all, 0 to 1.</param>
public sealed record SamplePreview(Sample Estimate, double Done);
