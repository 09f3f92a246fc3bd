using OrleansDiffusion.Sampling.Noise;
using OrleansDiffusion.Sampling.Picard;
using OrleansDiffusion.Sampling.Schedules;
using OrleansDiffusion.Sampling.Steps;

namespace OrleansDiffusion.Sampling.Tests.Picard;

/// <summary>A short block of every kind of step, and what enters it.</summary>
internal static class TestBlocks
{
    public const string Corrector = "corrector";

    private static readonly NormalNoise Noise = new(Drawn.Seed);

    /// <summary>All kinds.</summary>
    public static IEnumerable<string> Names => [.. SingleBlocks, Corrector];

    /// <summary>Those that a timeline has as its only block.</summary>
    public static IEnumerable<string> SingleBlocks => ["ddim", "ddpm", "dpm++2m", "piadm-sde", "piadm-ode"];

    public static Block Named(string name) => name == Corrector
        ? TimelineOf("piadm-ode", corrected: true).Blocks[1]
        : TimelineOf(name).Blocks.Single();

    /// <summary>A block of a hundred steps, or a corrector's.</summary>
    public static Block Long(string name) => name == Corrector ? Named(name) : Timeline.Create(
        new TimelineOptions { Sampler = Enum.GetValues<Sampler>().Single(s => s.Name() == name), Steps = 100 },
        DiscreteSchedule.Linear(end: 0.008)).Blocks.Single();

    /// <summary>
    /// Some twenty steps over an OU time of 1 to 4, which is a usual block; one block, unless it is corrected.
    /// </summary>
    public static Timeline TimelineOf(string name, bool corrected = false)
    {
        var sampler = Enum.GetValues<Sampler>().Single(s => s.Name() == name);
        var options = new TimelineOptions
        {
            Sampler = sampler,
            Steps = 24,
            Horizon = 1,
            Step = 0.25,
            EarlyStop = 1e-2,
            CorrectorSteps = corrected ? LangevinCorrector.FewestSteps : 0,
        };
        return Timeline.Create(options, name.StartsWith("piadm", StringComparison.Ordinal)
            ? new OuSchedule()
            : DiscreteSchedule.Linear(end: 0.008));
    }

    /// <summary>What enters a block: noise, as a first block is entered.</summary>
    public static BlockState Entry(Block block, int samples, int elements)
    {
        var entry = new BlockState(samples, elements);
        for (var n = 0; n < samples; n++)
        {
            Noise.Fill(entry.X(n), (uint)n, NoiseAddress.Initial);
            if (block.SecondState == SecondState.Velocity)
                Noise.Fill(entry.Y(n), (uint)n, block.Velocity);
        }

        return entry;
    }

    /// <summary>A node over some of a block's steps.</summary>
    public static PicardNode NodeOver(
        Block block, Range steps, int samples, int elements, Linearization linearization, bool composed = false) =>
        new(block.Steps[steps], block.SecondState != SecondState.None, firstSample: 0, samples, elements,
            linearization, Noise) { IsEntryComposed = composed };
}
