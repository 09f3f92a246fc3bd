using System.Collections.Immutable;
using System.Runtime.InteropServices;
using OrleansDiffusion.Sampling.Picard;
using OrleansDiffusion.Sampling.Schedules;
using OrleansDiffusion.Sampling.Tests.Denoisers;
using OrleansDiffusion.Tests;
using TorchSharp;

namespace OrleansDiffusion.Sampling.Tests.Picard;

/// <summary>Several blocks swept at the same time: the same samples, in fewer rounds.</summary>
public sealed class WavefrontTests
{
    private const int Elements = 10;
    private const int Samples = 5;
    private static readonly MixtureRows Denoiser = new(Mixtures.Random(3, Elements));

    public static MatrixTheoryData<string, int, int> Cuts => new(TestBlocks.SingleBlocks, [1, 2, 3, 8], [1, 2, 3, 100]);

    public static MatrixTheoryData<string, int, int> Scouted => new(TestBlocks.SingleBlocks, [1, 3, 8], [1, 5, 100]);

    public static MatrixTheoryData<Linearization, int> Lookaheads =>
        new(Enum.GetValues<Linearization>(), [1, 4, 20]);

    [Theory]
    [MemberData(nameof(Cuts))]
    public void Without_tolerance_any_lookahead_ends_at_the_sequential_samples_to_the_bit(
        string name, int cut, int lookahead)
    {
        var timeline = Cut(name, cut);
        var options = new PicardOptions { Tolerance = 0, Lookahead = lookahead };

        var picard = Drawn.ByPicard(Denoiser, timeline, options, Samples);

        Assert.Equal(Drawn.Sequentially(Denoiser, timeline, Samples).Samples, picard.Samples);
        Assert.Equal(0, picard.MaxResidual);
        Assert.InRange(picard.Rounds, 1, timeline.Steps);
    }

    [Theory]
    [MemberData(nameof(Scouted))]
    public void Without_tolerance_any_number_of_scouts_ends_at_the_sequential_samples_to_the_bit(
        string name, int cut, int scouts)
    {
        var timeline = Cut(name, cut);
        var options = new PicardOptions { Tolerance = 0, Lookahead = 2, Scouts = scouts };

        var picard = Drawn.ByPicard(Denoiser, timeline, options, Samples);

        Assert.Equal(Drawn.Sequentially(Denoiser, timeline, Samples).Samples, picard.Samples);
        Assert.Equal(0, picard.MaxResidual);
        Assert.InRange(picard.Rounds, 1, timeline.Steps);
    }

    [Theory]
    [InlineData(Linearization.Secant, 4)]
    [InlineData(Linearization.Secant, 16)]
    [InlineData(Linearization.Data, 8)]
    [InlineData(Linearization.Drift, 8)]
    [InlineData(Linearization.Score, 8)]
    public void A_tolerance_is_kept_with_scouts(Linearization linearization, int scouts)
    {
        const int Many = 100;
        var timeline = Timeline.Create(
            new TimelineOptions { Steps = 200, BlockSteps = 10 }, DiscreteSchedule.Linear());
        var options = new PicardOptions { Linearization = linearization, Lookahead = 3, Scouts = scouts };

        var picard = Drawn.ByPicard(GoldenCase.Mixture, timeline, options, Many);

        var distances = picard.DistancesTo(Drawn.Sequentially(GoldenCase.Mixture, timeline, Many));
        Assert.InRange(distances.Count(distance => distance <= options.Tolerance), 0.95 * Many, Many);
    }

    // Five blocks of ten points, against four and a point each of ten more.
    [Theory]
    [InlineData(Sampler.Ddim)]
    [InlineData(Sampler.DpmSolverPlusPlus2M)]
    public void Scouts_save_rounds_and_evaluations_where_as_many_points_are_evaluated_in_a_sweep(Sampler sampler)
    {
        var timeline = Timeline.Create(
            new TimelineOptions { Sampler = sampler, Steps = 200, BlockSteps = 10 }, DiscreteSchedule.Linear());

        var without = Drawn.ByPicard(GoldenCase.Mixture, timeline, new PicardOptions { Lookahead = 5 }, 8);
        var with = Drawn.ByPicard(GoldenCase.Mixture, timeline, new PicardOptions { Lookahead = 4, Scouts = 6 }, 8);

        Assert.InRange(with.Rounds, 1, without.Rounds - 1);
        Assert.InRange(with.Evaluations, 1, without.Evaluations - 1);
    }

    [Theory]
    [MemberData(nameof(Lookaheads))]
    public void A_tolerance_is_kept_with_any_lookahead(Linearization linearization, int lookahead)
    {
        const int Many = 100;
        var timeline = Timeline.Create(
            new TimelineOptions { Steps = 200, BlockSteps = 10 }, DiscreteSchedule.Linear());
        var options = new PicardOptions { Linearization = linearization, Lookahead = lookahead };

        var picard = Drawn.ByPicard(GoldenCase.Mixture, timeline, options, Many);

        var distances = picard.DistancesTo(Drawn.Sequentially(GoldenCase.Mixture, timeline, Many));
        Assert.InRange(distances.Count(distance => distance <= options.Tolerance), 0.95 * Many, Many);
    }

    [Fact]
    public void Looking_ahead_takes_fewer_rounds()
    {
        var timeline = Timeline.Create(
            new TimelineOptions { Steps = 1000, BlockSteps = 20 }, DiscreteSchedule.Linear());

        var rounds = new[] { 1, 2, 4, 8 }
            .Select(ahead => Drawn.ByPicard(GoldenCase.Mixture, timeline, new PicardOptions { Lookahead = ahead }, 8))
            .Select(drawn => drawn.Rounds).ToArray();

        Assert.All(rounds.Zip(rounds.Skip(1)), pair => Assert.InRange(pair.Second, 1, 0.8 * pair.First));
    }

    [Fact]
    public void A_sample_takes_as_many_rounds_in_a_batch_as_alone()
    {
        var timeline = Cut("ddpm", 3);
        var options = new PicardOptions { Tolerance = 1e-2, Lookahead = 3 };

        var batch = Drawn.ByPicard(Denoiser, timeline, options, Samples);
        var alone = Enumerable.Range(0, Samples)
            .Select(n => Drawn.ByPicard(Denoiser, timeline, options, samples: 1, firstSample: n)).ToArray();

        Assert.Equal(alone.Select(one => one.Samples[0]), batch.Samples);
        Assert.Equal(alone.Sum(one => one.Evaluations), batch.Evaluations);
        Assert.Equal(alone.Max(one => one.Rounds), batch.Rounds);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Fast_samples_wait_for_a_slow_one_before_memory_runs_out_and_lose_nothing_by_it(int lookahead)
    {
        // Sample 0 never rests, so it goes from block to block by finite termination alone.
        var timeline = Cut("ddpm", 3);
        var denoiser = new RestlessSample(Denoiser);
        var progress = new ProgressLog();
        var options = new PicardOptions { Tolerance = 1e-2, Lookahead = lookahead };

        var drawn = Drawn.ByPicard(denoiser, timeline, options, Samples, progress: progress, conditions: OnlyTheFirst);

        Assert.All(progress.Reports.SkipLast(1), report =>
        {
            var ahead = (report.Done * timeline.Steps) - (report.Block * 3);
            Assert.InRange(ahead, 0, PicardOptions.MostOpen(lookahead, scouts: 0) * 3);
        });
        Assert.Equal(timeline.Steps, drawn.Rounds);
        for (var n = 1; n < Samples; n++)
        {
            var alone = Drawn.ByPicard(Denoiser, timeline, options, samples: 1, firstSample: n);
            // Further ahead an iterate may have started from an earlier guess: within what a tolerance allows.
            Assert.InRange(alone.DistancesTo([drawn.Samples[n]])[0], 0, lookahead == 1 ? 0 : options.Tolerance);
        }
    }

    [Fact]
    public void A_block_is_swept_no_more_than_allowed_once_what_enters_it_is_final()
    {
        var timeline = Cut("piadm-sde", 4);
        var options = new PicardOptions { Tolerance = 0, MaxSweeps = 2, Lookahead = 3 };

        var drawn = Drawn.ByPicard(Denoiser, timeline, options, Samples);

        Assert.Equal(timeline.Blocks.Sum(block => Math.Min(2, block.Steps.Length)), drawn.Rounds);
        Assert.InRange(drawn.MaxResidual, 1e-7, 1);
    }

    [Theory]
    [InlineData("ddim")]
    [InlineData("dpm++2m")]
    public void What_is_not_finite_ahead_of_the_lead_is_made_anew(string name)
    {
        var timeline = Cut(name, 4);
        var level = timeline.Blocks[2].Steps[1].At;
        var spoilt = 0;
        var spy = new SpyDenoiser(Denoiser, (_, levels, _, denoised) =>
        {
            var row = levels.IndexOf(level);
            if (row >= 0 && spoilt++ < 2)
                denoised[row * Elements] = float.NaN;
        });

        var drawn = Drawn.ByPicard(spy, timeline, new PicardOptions { Tolerance = 0, Lookahead = 4 }, Samples);

        Assert.Equal(Drawn.Sequentially(Denoiser, timeline, Samples).Samples, drawn.Samples);
        Assert.Empty(drawn.Failures);
    }

    [Fact]
    public void A_sample_that_is_not_finite_at_its_lead_is_lost_and_leaves_the_others_unharmed()
    {
        var timeline = Cut("ddim", 4);
        var denoiser = new BrokenSample(Denoiser, timeline.Blocks[2].Steps[1].At);
        var options = new PicardOptions { Tolerance = 0, Lookahead = 4 };

        var drawn = Drawn.ByPicard(denoiser, timeline, options, Samples, conditions: OnlyTheFirst);

        Assert.Equal([new SampleFailure(Sample: 0, Block: 2, Step: 1)], drawn.Failures);
        Assert.All(drawn.Samples[0], x => Assert.Equal(float.NaN, x));
        Assert.Equal(Drawn.Sequentially(Denoiser, timeline, Samples).Samples[1..], drawn.Samples[1..]);
    }

    [Fact]
    public void A_corrector_is_looked_ahead_to_with_its_own_velocity()
    {
        var timeline = TestBlocks.TimelineOf("piadm-ode", corrected: true);
        var options = new PicardOptions { Tolerance = 0, Lookahead = 2 };

        var drawn = Drawn.ByPicard(Denoiser, timeline, options, Samples);

        Assert.Equal(Drawn.Sequentially(Denoiser, timeline, Samples).Samples, drawn.Samples);
    }

    private static ImmutableArray<Condition> OnlyTheFirst =>
        [new Condition(0), .. Enumerable.Repeat(Condition.None, Samples - 1)];

    private static Timeline Cut(string name, int blockSteps) => name.StartsWith("piadm", StringComparison.Ordinal)
        ? Timeline.FromSteps(TestBlocks.Named(name).Steps, blockSteps)
        : Timeline.Create(
            new TimelineOptions
            {
                Sampler = Enum.GetValues<Sampler>().Single(s => s.Name() == name),
                Steps = 24,
                BlockSteps = blockSteps,
            },
            DiscreteSchedule.Linear(end: 0.008));

    /// <summary>Says something else of the labelled sample whenever it is asked.</summary>
    private sealed class RestlessSample(IDenoiser inner) : OfTheLabelled(inner)
    {
        private int _calls;

        protected override void Change(NoiseLevel level, Span<float> denoised) => denoised[0] += ++_calls;
    }

    /// <summary>Says NaN of the labelled sample at a level.</summary>
    private sealed class BrokenSample(IDenoiser inner, NoiseLevel at) : OfTheLabelled(inner)
    {
        protected override void Change(NoiseLevel level, Span<float> denoised)
        {
            if (level == at)
                denoised[0] = float.NaN;
        }
    }

    private abstract class OfTheLabelled(IDenoiser inner) : IDenoiser
    {
        public IReadOnlyList<long> Shape => inner.Shape;

        public double DataVariance => inner.DataVariance;

        public double Sensitivity => inner.Sensitivity;

        public int BatchLimit => inner.BatchLimit;

        public torch.Tensor Denoise(
            torch.Tensor x, ReadOnlySpan<NoiseLevel> levels, ReadOnlySpan<Condition> conditions)
        {
            var denoised = inner.Denoise(x, levels, conditions);
            var values = MemoryMarshal.Cast<byte, float>(denoised.bytes);
            for (var row = 0; row < levels.Length; row++)
            {
                if (conditions[row].Label is not null)
                    Change(levels[row], values.Slice(row * Elements, Elements));
            }

            return denoised;
        }

        protected abstract void Change(NoiseLevel level, Span<float> denoised);
    }
}
