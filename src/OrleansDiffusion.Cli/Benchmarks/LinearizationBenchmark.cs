using OrleansDiffusion.Models;
using OrleansDiffusion.Sampling;
using OrleansDiffusion.Sampling.Picard;
using OrleansDiffusion.Sampling.Schedules;

namespace OrleansDiffusion.Cli.Benchmarks;

/// <summary>The four linearisations from both first iterates, side by side, on DDPM.</summary>
internal static class LinearizationBenchmark
{
    private const ulong Seed = 7;

    public static IEnumerable<Row> Run(
        Model model, IReadOnlyList<(int Steps, int BlockSteps)> grids, int samples, double tolerance,
        CancellationToken cancellationToken)
    {
        foreach (var (steps, blockSteps) in grids)
        {
            var timeline = Timeline.Create(
                new TimelineOptions { Steps = steps, BlockSteps = blockSteps },
                model.Schedule ?? DiscreteSchedule.Linear());
            using var reference = new SequentialSampler(model.Denoiser, timeline)
                .Sample(Seed, 0, samples, cancellationToken: cancellationToken);
            foreach (var linearization in Enum.GetValues<Linearization>())
            {
                foreach (var start in Enum.GetValues<FirstIterate>())
                {
                    var options = new PicardOptions
                    {
                        Linearization = linearization,
                        Start = start,
                        Tolerance = tolerance,
                    };
                    yield return new Row(steps, blockSteps, linearization, start, Measurement.Of(
                        model.Denoiser, timeline, options, reference, Seed, cancellationToken));
                }
            }
        }
    }

    /// <summary>One grid, linearisation and first iterate.</summary>
    public sealed record Row(
        int Steps, int BlockSteps, Linearization Linearization, FirstIterate Start, Measurement Measurement);
}
