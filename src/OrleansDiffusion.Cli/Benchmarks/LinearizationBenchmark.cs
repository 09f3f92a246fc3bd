using OrleansDiffusion.Models;
using OrleansDiffusion.Sampling;
using OrleansDiffusion.Sampling.Picard;
using OrleansDiffusion.Sampling.Schedules;

namespace OrleansDiffusion.Cli.Benchmarks;

/// <summary>The four linearisations from both first iterates, side by side: DDPM in blocks of 100 points.</summary>
internal static class LinearizationBenchmark
{
    private const int BlockSteps = 100;
    private const ulong Seed = 7;

    public static IEnumerable<Row> Run(
        Model model, IReadOnlyList<int> steps, int samples, double tolerance, CancellationToken cancellationToken)
    {
        foreach (var count in steps)
        {
            var timeline = Timeline.Create(
                new TimelineOptions { Steps = count, BlockSteps = BlockSteps },
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
                    yield return new Row(count, linearization, start, Measurement.Of(
                        model.Denoiser, timeline, options, reference, Seed, cancellationToken));
                }
            }
        }
    }

    /// <summary>One grid, linearisation and first iterate.</summary>
    public sealed record Row(int Steps, Linearization Linearization, FirstIterate Start, Measurement Measurement);
}
