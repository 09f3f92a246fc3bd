using OrleansDiffusion.Sampling;
using OrleansDiffusion.Sampling.Picard;
using OrleansDiffusion.Sampling.Schedules;

namespace OrleansDiffusion.Cli.Commands;

/// <summary>How a job is cut into blocks and batches.</summary>
/// <param name="Timeline">The steps and their blocks.</param>
/// <param name="Batch">Samples a batch.</param>
/// <param name="Lookahead">Blocks that are swept at the same time.</param>
internal sealed record JobPlan(Timeline Timeline, int Batch, int Lookahead)
{
    private const long Budget = 2L << 30;

    // A grid point holds two iterates, D and up to two noises, each of float32.
    private const int BytesPerElement = 5 * sizeof(float);

    // What is kept about it: its noise level, condition, gain, moves and marks.
    private const int BytesPerRow = 72;

    // A window over more points takes hardly fewer rounds, but many more evaluations: those at its far end are made
    // long before what enters there is known.
    private const int Window = 160;
    private const int BlocksInWindow = 8;

    /// <summary>Plans a job.</summary>
    /// <param name="options">The grid; its block cut is kept where it is given.</param>
    /// <param name="schedule">The schedule that the grid lies on.</param>
    /// <param name="isPicard">Whether blocks are iterated; a sequential run holds one point at a time.</param>
    /// <param name="shape">Shape of a sample.</param>
    /// <param name="count">Samples of the job.</param>
    /// <param name="batch">Samples a batch, where it is given.</param>
    /// <param name="lookahead">Blocks that are swept at the same time, where it is given.</param>
    public static JobPlan For(
        TimelineOptions options, VariancePreservingSchedule schedule, bool isPicard, IReadOnlyList<long> shape,
        int count, int? batch, int? lookahead)
    {
        var bytesPerPoint = BytesPerRow + BytesPerElement * shape.Aggregate(1L, (product, size) => product * size);
        var pointsInMemory = Math.Max(1, Budget / bytesPerPoint);
        var timeline = Timeline.Create(options, schedule);
        if (!isPicard)
            return new JobPlan(timeline, batch ?? (int)Math.Min(count, pointsInMemory), Lookahead: 1);

        // The paper's blocks, and those that a user cuts, are walked as the paper walks them: one at a time.
        var isCut = options.BlockSteps is not null || options.Sampler is Sampler.PiadmSde or Sampler.PiadmOde;
        var ahead = lookahead ?? (isCut ? 1 : BlocksInWindow);
        if (!isCut)
        {
            var window = Math.Min(Math.Min(timeline.Steps, Window), pointsInMemory / 2);
            var blockSteps = (int)Math.Max(1, (window + ahead - 1) / ahead);
            timeline = Timeline.Create(options with { BlockSteps = blockSteps }, schedule);
        }

        var open = Math.Min(timeline.Blocks.Length, (long)PicardOptions.MostOpen(ahead));
        var pointsOpen = Math.Min(timeline.Steps, open * timeline.Blocks.Max(block => block.Steps.Length));
        return new JobPlan(timeline, batch ?? (int)Math.Clamp(pointsInMemory / pointsOpen, 1, count), ahead);
    }
}
