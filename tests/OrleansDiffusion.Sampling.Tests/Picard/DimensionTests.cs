using OrleansDiffusion.Models;
using OrleansDiffusion.Sampling.Picard;
using OrleansDiffusion.Sampling.Schedules;
using OrleansDiffusion.Tests;

namespace OrleansDiffusion.Sampling.Tests.Picard;

/// <summary>The paper's claim: its sweeps are few, and their number does not grow with the dimension.</summary>
public sealed class DimensionTests(ITestOutputHelper output)
{
    private static readonly int[] Dimensions = [64, 256, 1024, 4096];

    [Theory]
    [InlineData(Sampler.PiadmSde, 4, 9, 26)]
    [InlineData(Sampler.PiadmOde, 1, 6, 13)]
    public void Sweeps_as_published_are_bounded_and_do_not_grow_with_the_dimension(
        Sampler sampler, int fewest, int most, int mostInTheLast)
    {
        var timeline = Timeline.Create(new TimelineOptions { Sampler = sampler }, new OuSchedule());
        var options = new PicardOptions { Linearization = Linearization.Score, Start = FirstIterate.Copied };

        var rounds = Dimensions.Select(elements =>
        {
            using var mixture = new GaussianMixture(Mixtures.Random(4, elements));
            var drawn = Drawn.ByPicard(mixture, timeline, options, samples: 2);
            output.WriteLine($"{elements} elements: {string.Join(' ', drawn.SweepsPerBlock)}");
            Assert.All(drawn.SweepsPerBlock.SkipLast(1), sweeps => Assert.InRange(sweeps, fewest, most));
            Assert.InRange(drawn.SweepsPerBlock[^1], 1, mostInTheLast);
            return drawn.Rounds;
        }).ToArray();

        Assert.InRange(rounds.Max(), 1, 1.25 * rounds.Min());
    }
}
