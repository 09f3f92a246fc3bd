namespace OrleansDiffusion.Sampling;

/// <summary>How far a run has come.</summary>
/// <param name="Block">Index of the block under way.</param>
/// <param name="Blocks">Blocks of the timeline.</param>
/// <param name="Sweep">Sweeps made of the block, from 1; of a sequential run steps.</param>
/// <param name="Active">Samples that the block is not done with; 0 when it ends. Of a sequential run those not lost.</param>
/// <param name="Update">Largest RMS change of a sample in this sweep.</param>
public readonly record struct SweepProgress(int Block, int Blocks, int Sweep, int Active, double Update);
