using OrleansDiffusion.Contracts.Jobs;

namespace OrleansDiffusion.Cli.Runs;

/// <summary>A batch that is done.</summary>
/// <param name="Values">[samples, *shape] in C order; a lost sample is NaN throughout.</param>
/// <param name="Report">What it took.</param>
internal sealed record DrawnBatch(float[] Values, BatchReport Report);
