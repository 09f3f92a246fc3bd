namespace OrleansDiffusion.Sampling;

/// <summary>
/// A sample that was lost: the model returned NaN or infinity for it, twice, or a step took it so far (about
/// 1e19) that float32 does not hold its square.
/// </summary>
/// <param name="Sample">Index of the sample in the job.</param>
/// <param name="Block">Index of the block.</param>
/// <param name="Step">Step within the block.</param>
public sealed record SampleFailure(int Sample, int Block, int Step);
