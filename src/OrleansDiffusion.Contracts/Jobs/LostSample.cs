namespace OrleansDiffusion.Contracts.Jobs;

/// <summary>A sample that the model returned NaN or infinity for, or that left float32's range. It is NaN throughout.</summary>
/// <param name="Sample">Index of the sample in the job.</param>
/// <param name="Block">The block it was lost in.</param>
/// <param name="Step">The step within the block.</param>
/// <param name="Node">The time-node that held the step.</param>
[GenerateSerializer, Immutable, Alias("odiff.LostSample")]
public sealed record LostSample(
    [property: Id(0)] int Sample, [property: Id(1)] int Block, [property: Id(2)] int Step, [property: Id(3)] int Node);
