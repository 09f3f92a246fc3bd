using OrleansDiffusion.Sampling;
using OrleansDiffusion.Sampling.Schedules;

namespace OrleansDiffusion.Cli.Commands;

/// <summary>How a job is cut to fit in memory: as few blocks as possible, since fewer take fewer rounds.</summary>
/// <param name="Timeline">The steps and their blocks.</param>
/// <param name="Batch">Samples a batch.</param>
internal sealed record MemoryPlan(Timeline Timeline, int Batch)
{
    private const long Budget = 2L << 30;

    // A grid point holds two iterates, D and up to two noises, each of float32.
    private const int BytesPerElement = 5 * sizeof(float);

    // What is kept about it: its noise level, condition, gain, moves and marks.
    private const int BytesPerRow = 72;

    /// <summary>Plans a job.</summary>
    /// <param name="options">The grid; its block cut is kept where it is given.</param>
    /// <param name="schedule">The schedule that the grid lies on.</param>
    /// <param name="isPicard">Whether blocks are iterated; a sequential run holds one point at a time.</param>
    /// <param name="shape">Shape of a sample.</param>
    /// <param name="count">Samples of the job.</param>
    /// <param name="batch">Samples a batch, where it is given.</param>
    public static MemoryPlan For(
        TimelineOptions options, VariancePreservingSchedule schedule, bool isPicard, IReadOnlyList<long> shape,
        int count, int? batch)
    {
        var bytesPerPoint = BytesPerRow + BytesPerElement * shape.Aggregate(1L, (product, size) => product * size);
        var pointsInMemory = Math.Max(1, Budget / bytesPerPoint);
        var timeline = Timeline.Create(options, schedule);
        if (!isPicard)
            return new MemoryPlan(timeline, batch ?? (int)Math.Min(count, pointsInMemory));

        var isPiadm = options.Sampler is Sampler.PiadmSde or Sampler.PiadmOde;
        if (options.BlockSteps is null && !isPiadm && pointsInMemory < timeline.Steps)
            timeline = Timeline.Create(options with { BlockSteps = (int)pointsInMemory }, schedule);
        var longestBlock = timeline.Blocks.Max(block => block.Steps.Length);
        return new MemoryPlan(timeline, batch ?? (int)Math.Clamp(pointsInMemory / longestBlock, 1, count));
    }
}
