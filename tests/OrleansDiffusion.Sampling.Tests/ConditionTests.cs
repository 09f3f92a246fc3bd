using System.Collections.Immutable;
using OrleansDiffusion.Models;
using OrleansDiffusion.Sampling.Picard;
using OrleansDiffusion.Sampling.Tests.Denoisers;
using OrleansDiffusion.Sampling.Tests.Picard;
using OrleansDiffusion.Sampling.Tests.Steps;
using OrleansDiffusion.Tests;

namespace OrleansDiffusion.Sampling.Tests;

/// <summary>Every sample is drawn under its own condition, whatever batch it is in and whoever else is in it.</summary>
public sealed class ConditionTests
{
    private const int Elements = 6;
    private const int Samples = 12;

    // Unlike enough to take different numbers of sweeps.
    private static readonly MixtureParameters[] Classes =
    [
        Mixtures.Random(3, Elements, seed: 1), Mixtures.StandardNormal(Elements), Mixtures.Random(8, Elements, seed: 2),
    ];

    private static readonly ImmutableArray<Condition> InTurn = [new(2), new(0), new(1), new(2), new(2)];
    private static readonly MixtureRows Denoiser = new(Classes);
    private static readonly PicardOptions Options = new() { Tolerance = 1e-2 };

    public static TheoryData<string> Timelines => [.. TestBlocks.SingleBlocks];

    [Fact]
    public void The_default_condition_asks_for_nothing()
    {
        Assert.Equal((null, 1), (Condition.None.Label, Condition.None.Guidance));
        Assert.Equal(default, Condition.None);
        Assert.Equal((3, 1), (new Condition(3).Label, new Condition(3).Guidance));
        Assert.Equal((0, 0.1), (new Condition(0, 0.1).Label, new Condition(0, 0.1).Guidance));
        Assert.Equal(new Condition(3), new Condition(3, guidance: 1));
        Assert.NotEqual(new Condition(3), new Condition(3, guidance: 2));
    }

    [Theory]
    [MemberData(nameof(Timelines))]
    public void A_sample_is_that_of_a_model_which_knows_its_class_alone(string name)
    {
        const int firstSample = 4;
        var timeline = TestBlocks.TimelineOf(name);

        var picard = Drawn.ByPicard(Denoiser, timeline, Options, Samples, firstSample, conditions: InTurn);
        var sequential = Drawn.Sequentially(Denoiser, timeline, Samples, firstSample, conditions: InTurn);

        var sweeps = new HashSet<int>();
        for (var n = 0; n < Samples; n++)
        {
            var ofClass = new MixtureRows(Classes[InTurn[(firstSample + n) % InTurn.Length].Label!.Value]);
            var alone = Drawn.ByPicard(ofClass, timeline, Options, samples: 1, firstSample + n);
            Assert.Equal(alone.Samples[0], picard.Samples[n]);
            Assert.Equal(Drawn.Sequentially(ofClass, timeline, 1, firstSample + n).Samples[0], sequential.Samples[n]);
            sweeps.Add(alone.Rounds);
        }

        // Some had converged while others were still asked for.
        Assert.True(sweeps.Count > 1);
    }

    [Fact]
    public void A_sample_depends_neither_on_how_a_job_is_cut_nor_on_how_calls_are()
    {
        var timeline = TestBlocks.TimelineOf("ddpm");
        var whole = Drawn.ByPicard(Denoiser, timeline, Options, Samples, conditions: InTurn).Samples;
        var limited = new MixtureRows(Classes, batchLimit: 7);

        Assert.Equal(whole, Drawn.ByPicard(limited, timeline, Options, Samples, conditions: InTurn).Samples);
        foreach (var batch in new[] { 1, 4, 7 })
        {
            var cut = Enumerable.Range(0, Samples).Chunk(batch).SelectMany(part => Drawn.ByPicard(
                Denoiser, timeline, Options, part.Length, firstSample: part[0], conditions: InTurn).Samples);
            Assert.Equal(whole, cut);
        }
    }

    [Theory]
    [MemberData(nameof(Timelines))]
    public void Samples_are_distributed_as_the_data_of_their_class(string name)
    {
        // Far apart, so that a sample under another's condition would be seen.
        double[] means = [-2, 0, 3];
        const double variance = 0.1;
        const int samples = 300;
        var denoiser = new MixtureRows([.. means.Select(mean => new MixtureParameters(
            [Elements], [1], [Enumerable.Repeat(mean, Elements).ToArray()], [Math.Sqrt(variance)]))]);
        var timeline = GoldenCase.Named(GoldenOf(name)).Timeline;

        var drawn = Drawn.ByPicard(denoiser, timeline, Options, samples, conditions: [new(0), new(1), new(2)]);

        for (var label = 0; label < means.Length; label++)
        {
            var law = new GaussianLaw(0, 1).After(timeline.Blocks.SelectMany(b => b.Steps), means[label], variance);
            var elements = drawn.Samples.Where((_, n) => n % means.Length == label).SelectMany(x => x).ToArray();
            var mean = elements.Average(x => (double)x);
            var deviation = Math.Sqrt(elements.Average(x => (x - mean) * (x - mean)));

            // Four standard errors of either.
            Assert.Equal(law.MeanX, mean, 4 * law.DeviationX / Math.Sqrt(elements.Length));
            Assert.Equal(law.DeviationX, deviation, 4 * law.DeviationX / Math.Sqrt(2 * elements.Length));
            Assert.Equal(means[label], mean, 0.1);
        }
    }

    [Fact]
    public void Without_conditions_rows_have_none()
    {
        var timeline = TestBlocks.TimelineOf("ddim");
        var without = Drawn.ByPicard(Denoiser, timeline, Options, samples: 3);

        Assert.Equal(without.Samples, Drawn.ByPicard(Denoiser, timeline, Options, 3, conditions: []).Samples);
        Assert.Equal(
            without.Samples, Drawn.ByPicard(new MixtureRows(Classes[0]), timeline, Options, samples: 3).Samples);
    }

    private static string GoldenOf(string name) => name switch
    {
        "ddim" => "ddim50-leading-eta0-seed7",
        "ddpm" => "ddpm100-seed7",
        "dpm++2m" => "dpmpp2m-20-seed7",
        _ => $"{name}-seed7",
    };
}
