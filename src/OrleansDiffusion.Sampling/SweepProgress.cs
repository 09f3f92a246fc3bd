namespace OrleansDiffusion.Sampling;

/// <summary>How far a run has come.</summary>
/// <param name="Sweep">Sweeps made so far; of a sequential run steps.</param>
/// <param name="Block">Index of the first block that some sample is not done with.</param>
/// <param name="Blocks">Blocks of the timeline.</param>
/// <param name="Active">Samples that are under way.</param>
/// <param name="Update">Largest RMS change of a sample in this sweep.</param>
/// <param name="Done">Steps that are done, as a share of all, 0 to 1; the mean over the samples.</param>
public readonly record struct SweepProgress(int Sweep, int Block, int Blocks, int Active, double Update, double Done);
