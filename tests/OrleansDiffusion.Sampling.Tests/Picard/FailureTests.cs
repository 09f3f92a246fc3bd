using OrleansDiffusion.Sampling.Picard;
using OrleansDiffusion.Sampling.Tests.Denoisers;
using OrleansDiffusion.Tests;

namespace OrleansDiffusion.Sampling.Tests.Picard;

/// <summary>NaN and infinity: asked for again once, then the loss of that sample and no other.</summary>
public sealed class FailureTests
{
    private const int Elements = 12;
    private const int Samples = 4;
    private const int Lost = 2;
    private const int FirstSample = 10;
    private static readonly MixtureRows Denoiser = new(Mixtures.Random(3, Elements));
    private static readonly PicardOptions Exact = new() { Tolerance = 0 };

    public static MatrixTheoryData<float, Linearization> Faults =>
        new([float.NaN, float.PositiveInfinity, float.NegativeInfinity], Enum.GetValues<Linearization>());

    [Theory]
    [InlineData(0)]
    [InlineData(1e-3)]
    public void What_outgrows_float32_is_lost_and_never_taken_for_exact(double tolerance)
    {
        var huge = new SpyDenoiser(Denoiser, (_, _, _, denoised) => denoised.Fill(1e30f));
        var timeline = TestBlocks.TimelineOf("ddpm");

        var sequential = Drawn.Sequentially(huge, timeline, samples: 1);
        var parallel = Drawn.ByPicard(huge, timeline, new PicardOptions { Tolerance = tolerance }, samples: 1);

        Assert.All([sequential, parallel], drawn =>
        {
            Assert.Equal(0, Assert.Single(drawn.Failures).Sample);
            Assert.All(drawn.Samples[0], value => Assert.True(float.IsNaN(value)));
        });
    }

    [Theory]
    [MemberData(nameof(Faults))]
    public void What_comes_back_unusable_once_is_asked_for_again(float fault, Linearization linearization)
    {
        // In the third sweep rows 5, 6 and 20 are spoilt, so that the fourth call asks for these alone.
        var rows = new List<int>();
        var spy = new SpyDenoiser(Denoiser, (call, levels, _, denoised) =>
        {
            rows.Add(levels.Length);
            foreach (var row in call == 2 ? [5, 6, 20] : Array.Empty<int>())
                denoised[(row * Elements) + 3] = fault;
        });
        var timeline = TestBlocks.TimelineOf("ddpm");
        var options = Exact with { Linearization = linearization };

        var drawn = Drawn.ByPicard(spy, timeline, options, Samples);

        Assert.Equal(3, rows[3]);
        Assert.Empty(drawn.Failures);
        Assert.Equal(Drawn.Sequentially(Denoiser, timeline, Samples).Samples, drawn.Samples);
    }

    [Theory]
    [MemberData(nameof(Faults))]
    public void What_comes_back_unusable_twice_loses_its_sample_and_no_other(float fault, Linearization linearization)
    {
        // All rows are asked for in the first call, point by point; then the spoilt ones.
        const int Step = 6;
        var spy = new SpyDenoiser(Denoiser, (call, _, _, denoised) =>
        {
            int[] rows = call switch
            {
                0 => [(Step * Samples) + Lost, ((Step + 3) * Samples) + Lost],
                1 => [0, 1],
                _ => [],
            };
            foreach (var row in rows)
                denoised[row * Elements] = fault;
        });
        var timeline = TestBlocks.TimelineOf("piadm-ode", corrected: true);
        var options = Exact with { Linearization = linearization };

        var drawn = Drawn.ByPicard(spy, timeline, options, Samples, FirstSample);

        Assert.Equal([new SampleFailure(FirstSample + Lost, Block: 0, Step)], drawn.Failures);
        AssertOthersAreUnharmed(drawn, timeline);
    }

    [Fact]
    public void A_failure_in_a_later_block_names_the_block()
    {
        // The corrector's steps lie at one level, which no predictor's step does. Its first row is spoilt, and again
        // when it is asked for alone.
        var timeline = TestBlocks.TimelineOf("piadm-ode", corrected: true);
        var level = timeline.Blocks[1].Steps[0].At;
        var spoilt = 0;
        var spy = new SpyDenoiser(Denoiser, (_, levels, _, denoised) =>
        {
            if (levels[0] == level && spoilt++ < 2)
                denoised[0] = float.NaN;
        });

        var drawn = Drawn.ByPicard(spy, timeline, Exact, Samples, FirstSample);

        var failure = Assert.Single(drawn.Failures);
        Assert.Equal((1, 0), (failure.Block, failure.Step));
        AssertOthersAreUnharmed(drawn, timeline, failure.Sample - FirstSample);
    }

    [Fact]
    public void The_sequential_sampler_loses_it_likewise()
    {
        var spy = new SpyDenoiser(Denoiser, (call, levels, _, denoised) =>
        {
            if (call is 6 or 7)
                denoised[(levels.Length > 1 ? Lost : 0) * Elements] = float.NaN;
        });
        var timeline = TestBlocks.TimelineOf("ddpm");

        var drawn = Drawn.Sequentially(spy, timeline, Samples, FirstSample);

        Assert.Equal([new SampleFailure(FirstSample + Lost, Block: 0, Step: 6)], drawn.Failures);
        AssertOthersAreUnharmed(drawn, timeline);
    }

    [Fact]
    public void When_every_sample_is_lost_the_model_is_left_alone()
    {
        var calls = 0;
        var spy = new SpyDenoiser(Denoiser, (_, _, _, denoised) =>
        {
            calls++;
            denoised.Fill(float.NaN);
        });

        var drawn = Drawn.ByPicard(spy, TestBlocks.TimelineOf("piadm-ode", corrected: true), Exact, Samples);

        Assert.Equal(2, calls);
        Assert.Equal(Enumerable.Range(0, Samples), drawn.Failures.Select(failure => failure.Sample));
        Assert.All(drawn.Failures, failure => Assert.Equal((0, 0), (failure.Block, failure.Step)));
        Assert.All(drawn.Samples, sample => Assert.All(sample, x => Assert.Equal(float.NaN, x)));
    }

    [Fact]
    public void A_node_says_which_rows_were_unusable_until_they_are_usable()
    {
        var block = TestBlocks.Named("ddpm");
        bool[] active = [true, true];
        var spoil = true;
        var spy = new SpyDenoiser(Denoiser, (_, _, _, denoised) =>
        {
            if (spoil)
                denoised[0] = float.NaN;
        });
        using var entry = TestBlocks.Entry(block, samples: 2, Elements);
        using var node = TestBlocks.NodeOver(block, .., samples: 2, Elements, Linearization.Secant);
        node.Start(entry, FirstIterate.Copied);

        node.Evaluate(spy, active, TestContext.Current.CancellationToken);
        Assert.Equal([(0, 0)], node.NotFinite);
        Assert.Equal(1, node.Evaluate(spy, active, TestContext.Current.CancellationToken));
        Assert.Equal([(0, 0)], node.NotFinite);

        spoil = false;
        Assert.Equal(1, node.Evaluate(spy, active, TestContext.Current.CancellationToken));
        Assert.Empty(node.NotFinite);
        Assert.Equal(0, node.Evaluate(spy, active, TestContext.Current.CancellationToken));
    }

    private static void AssertOthersAreUnharmed(Drawn drawn, Timeline timeline, int lost = Lost)
    {
        var expected = Drawn.Sequentially(Denoiser, timeline, Samples, FirstSample).Samples;
        for (var n = 0; n < Samples; n++)
        {
            if (n == lost)
                Assert.All(drawn.Samples[n], x => Assert.Equal(float.NaN, x));
            else
                Assert.Equal(expected[n], drawn.Samples[n]);
        }
    }
}
