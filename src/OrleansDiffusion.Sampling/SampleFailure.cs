namespace OrleansDiffusion.Sampling;

/// <summary>A sample that was lost because the model returned NaN or infinity for it.</summary>
/// <param name="Sample">Index of the sample in the job.</param>
/// <param name="Block">Index of the block.</param>
/// <param name="Step">Step within the block.</param>
public sealed record SampleFailure(int Sample, int Block, int Step);
