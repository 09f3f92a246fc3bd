using System.Collections.Immutable;
using OrleansDiffusion.Models;
using OrleansDiffusion.Sampling;
using OrleansDiffusion.Sampling.Picard;
using OrleansDiffusion.Sampling.Schedules;

namespace OrleansDiffusion.Cli.Benchmarks;

/// <summary>The four linearisations from both first iterates, side by side.</summary>
internal sealed class LinearizationBenchmark(Model model, int samples, IReadOnlyList<double> tolerances)
{
    private const ulong Seed = 7;

    // A window of 25 (DDIM) or 80 points (DDPM), the same number of points with scouts, and whole blocks.
    private static readonly Grid[] Grids =
    [
        new(Sampler.Ddim, 100, BlockSteps: 5, Lookahead: 5), new(Sampler.Ddpm, 1000, BlockSteps: 10, Lookahead: 8),
        new(Sampler.Ddim, 100, BlockSteps: 5, Lookahead: 4, Scouts: 5),
        new(Sampler.Ddpm, 1000, BlockSteps: 10, Lookahead: 5, Scouts: 20),
        new(Sampler.Ddim, 100, BlockSteps: 100), new(Sampler.Ddpm, 100, BlockSteps: 100),
    ];

    // These take a network too long.
    private static readonly Grid[] LargeGrids =
        [new(Sampler.Ddpm, 1000, BlockSteps: 100), new(Sampler.Ddpm, 1000, BlockSteps: 1000)];

    private readonly ImmutableArray<Condition> _conditions = model.Labels is { } labels
        ? model.ConditionsFor([.. Enumerable.Range(0, labels.Count)], guidance: null)
        : [];

    /// <summary>Runs all grids.</summary>
    public IEnumerable<Row> Run(CancellationToken cancellationToken)
    {
        var isNetwork = model.Schedule is not null;
        return Grids.Concat(isNetwork ? [] : LargeGrids).SelectMany(grid => Run(grid, cancellationToken));
    }

    private IEnumerable<Row> Run(Grid grid, CancellationToken cancellationToken)
    {
        var timeline = Timeline.Create(
            (model.Timeline ?? new TimelineOptions()) with
            {
                Sampler = grid.Sampler,
                Steps = grid.Steps,
                BlockSteps = grid.BlockSteps,
            },
            model.Schedule ?? DiscreteSchedule.Linear());
        using var reference = new SequentialSampler(model.Denoiser, timeline)
            .Sample(Seed, 0, samples, _conditions, cancellationToken: cancellationToken);
        foreach (var tolerance in tolerances)
        {
            foreach (var linearization in Enum.GetValues<Linearization>())
            {
                foreach (var start in Enum.GetValues<FirstIterate>())
                {
                    var options = new PicardOptions
                    {
                        Linearization = linearization,
                        Start = start,
                        Tolerance = tolerance,
                        Lookahead = grid.Lookahead,
                        Scouts = grid.Scouts,
                    };
                    yield return new Row(grid, tolerance, linearization, start, Measurement.Of(
                        model.Denoiser, timeline, options, reference, Seed, _conditions, cancellationToken));
                }
            }
        }
    }

    /// <summary>A sampler's steps and how they are cut.</summary>
    public sealed record Grid(Sampler Sampler, int Steps, int BlockSteps, int Lookahead = 1, int Scouts = 0)
    {
        /// <summary>The cut in a few words.</summary>
        public string Cut => BlockSteps == Steps ? "one block"
            : Lookahead == 1 ? $"{Steps / BlockSteps} x {BlockSteps}"
            : Scouts == 0 ? $"window of {BlockSteps * Lookahead}"
            : $"{BlockSteps * Lookahead} and {Scouts} scouts";
    }

    /// <summary>One grid, tolerance, linearisation and first iterate.</summary>
    public sealed record Row(
        Grid Grid, double Tolerance, Linearization Linearization, FirstIterate Start, Measurement Measurement);
}
