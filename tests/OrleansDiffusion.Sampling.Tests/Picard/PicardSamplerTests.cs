using OrleansDiffusion.Models;
using OrleansDiffusion.Sampling.Noise;
using OrleansDiffusion.Sampling.Picard;
using OrleansDiffusion.Sampling.Tests.Denoisers;
using OrleansDiffusion.Tests;

namespace OrleansDiffusion.Sampling.Tests.Picard;

public sealed class PicardSamplerTests
{
    private const int Elements = 12;
    private static readonly MixtureRows Denoiser = new(Mixtures.Random(3, Elements));
    private static readonly Timeline TwoBlocks = TestBlocks.TimelineOf("piadm-ode", corrected: true);
    private static readonly PicardOptions Exact = new() { Tolerance = 0 };

    public static MatrixTheoryData<string, FirstIterate> Timelines =>
        new(TestBlocks.SingleBlocks, Enum.GetValues<FirstIterate>());

    [Fact]
    public void Cancellation_ends_a_run_between_two_sweeps()
    {
        using var cancellation = new CancellationTokenSource();
        var progress = new ProgressLog(report => CancelAt(3, report, cancellation));
        var sampler = new PicardSampler(Denoiser, TwoBlocks, Exact);

        Assert.Throws<OperationCanceledException>(() => sampler.Sample(1, 0, 2, [], progress, cancellation.Token));

        Assert.Equal([1, 2, 3], progress.Reports.Select(report => report.Sweep));
    }

    [Fact]
    public void Cancellation_ends_a_sequential_run_between_two_steps()
    {
        using var cancellation = new CancellationTokenSource();
        var progress = new ProgressLog(report => CancelAt(3, report, cancellation));
        var sampler = new SequentialSampler(Denoiser, TwoBlocks);

        Assert.Throws<OperationCanceledException>(() => sampler.Sample(1, 0, 2, [], progress, cancellation.Token));

        Assert.Equal([1, 2, 3], progress.Reports.Select(report => report.Sweep));
    }

    [Fact]
    public void A_block_is_swept_no_more_than_allowed_and_says_what_may_be_left()
    {
        var drawn = Drawn.ByPicard(Denoiser, TwoBlocks, Exact with { MaxSweeps = 3 }, samples: 2);

        Assert.Equal([3, 3], drawn.SweepsPerBlock);
        Assert.InRange(drawn.MaxResidual, 1e-6, 10);
        Assert.All(drawn.Samples, sample => Assert.All(sample, x => Assert.True(float.IsFinite(x))));
    }

    [Fact]
    public void A_block_is_never_swept_more_often_than_it_has_points()
    {
        // Nothing that this denoiser says ever comes to rest.
        var drawn = Drawn.ByPicard(new RestlessDenoiser(Elements), TwoBlocks, Exact with { MaxSweeps = 1000 }, samples: 2);

        Assert.All(drawn.SweepsPerBlock.Zip(TwoBlocks.Blocks), pair =>
            Assert.InRange(pair.First, 1, pair.Second.Steps.Length));
    }

    [Fact]
    public void Progress_counts_blocks_sweeps_and_active_samples()
    {
        var progress = new ProgressLog();

        var drawn = Drawn.ByPicard(Denoiser, TwoBlocks, new PicardOptions(), samples: 3, progress: progress);

        Assert.Equal(Enumerable.Range(1, drawn.Rounds), progress.Reports.Select(report => report.Sweep));
        Assert.All(progress.Reports, report => Assert.Equal(2, report.Blocks));
        Assert.All(progress.Reports.SkipLast(1), report => Assert.InRange(report.Active, 1, 3));
        Assert.Equal(0, progress.Reports[^1].Active);
        Assert.Equal(1, progress.Reports[^1].Done);
        foreach (var (before, after) in progress.Reports.Zip(progress.Reports.Skip(1)))
        {
            Assert.InRange(after.Block, before.Block, 1);
            Assert.InRange(after.Active, 0, before.Active);
            Assert.InRange(after.Done, before.Done, 1);
        }
    }

    [Fact]
    public void Another_seed_and_another_sample_are_other_draws()
    {
        var first = Drawn.ByPicard(Denoiser, TwoBlocks, new PicardOptions(), samples: 2);
        var second = Drawn.ByPicard(Denoiser, TwoBlocks, new PicardOptions(), samples: 2, seed: Drawn.Seed + 1);

        Assert.NotEqual(first.Samples[0], first.Samples[1]);
        Assert.NotEqual(first.Samples[0], second.Samples[0]);
    }

    [Theory]
    [InlineData(FirstIterate.Copied)]
    [InlineData(FirstIterate.Rolled)]
    public void The_ODE_of_a_standard_normal_leaves_every_sample_as_it_is_in_one_sweep(FirstIterate start)
    {
        // Its score is −x, so the noise is already a sample; Score takes out the drift that Copied does not foresee.
        var denoiser = new MixtureRows(Mixtures.StandardNormal(Elements));
        var timeline = GoldenCase.Named("piadm-ode-seed7").Timeline;
        var options = new PicardOptions { Linearization = Linearization.Score, Start = start, Tolerance = 1e-4 };

        var drawn = Drawn.ByPicard(denoiser, timeline, options, samples: 4);

        if (start == FirstIterate.Copied)
            Assert.All(drawn.SweepsPerBlock, sweeps => Assert.Equal(1, sweeps));
        for (var n = 0; n < drawn.Samples.Length; n++)
        {
            var noise = new float[Elements];
            new NormalNoise(Drawn.Seed).Fill(noise, (uint)n, NoiseAddress.Initial);
            Assert.All(noise.Zip(drawn.Samples[n]), pair => Assert.Equal(pair.First, pair.Second, 1e-3f));
        }
    }

    [Theory]
    [MemberData(nameof(Timelines))]
    public void On_Gaussian_data_the_secant_is_exact_as_soon_as_there_is_one(string name, FirstIterate start)
    {
        // There D is affine with one slope for all elements, which the first two evaluations give away.
        var mean = Enumerable.Range(0, Elements).Select(i => 0.1 * i).ToArray();
        var denoiser = new MixtureRows(new MixtureParameters([Elements], [1], [mean], [0.7]));
        var timeline = TestBlocks.TimelineOf(name);
        var options = Exact with { Start = start, MaxSweeps = 2 };

        var drawn = Drawn.ByPicard(denoiser, timeline, options, samples: 4);

        Assert.All(drawn.DistancesTo(Drawn.Sequentially(denoiser, timeline, samples: 4)), distance =>
            Assert.InRange(distance, 0, 1e-5));
    }

    private static void CancelAt(int sweep, SweepProgress report, CancellationTokenSource cancellation)
    {
        if (report.Sweep == sweep)
            cancellation.Cancel();
    }
}
