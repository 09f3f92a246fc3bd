using System.Collections.Immutable;
using System.Runtime.InteropServices;
using OrleansDiffusion.Digits.Data;
using OrleansDiffusion.Digits.Evaluation;
using OrleansDiffusion.Models.Safetensors;
using OrleansDiffusion.Models.UNets;
using OrleansDiffusion.Sampling;
using OrleansDiffusion.Sampling.Picard;
using static TorchSharp.torch;

namespace OrleansDiffusion.Models.Tests.Digits;

/// <summary>The model that ships: that it draws digits, and that a tolerance holds on a real network too.</summary>
public sealed class PretrainedDigitsTests(ITestOutputHelper output) : IDisposable
{
    private const ulong Seed = 3;
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Pretrained", "digits");

    private readonly Model _model = Catalogue.Open("digits");

    public void Dispose() => _model.Dispose();

    [Fact]
    public void It_is_whole_and_small()
    {
        var verified = UNetVerification.Of(Folder);

        Assert.True(verified.Tensors > 100);
        Assert.Equal([1, 28, 28], _model.Denoiser.Shape);
        Assert.Equal(new ClassLabels(10, Null: 10), _model.Labels);
        Assert.InRange(
            new DirectoryInfo(Folder).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length),
            1, 8 << 20);
    }

    [Theory]
    [InlineData(1.0)]
    [InlineData(2.0)]
    public void Its_samples_are_read_as_their_labels(double guidance)
    {
        const int Count = 100;
        using var drawn = Picard(Timeline(Sampler.Ddim, 40), new PicardOptions { Tolerance = 1e-2 }, Count, guidance);

        using var file = SafetensorsFile.Open(Path.Combine(AppContext.BaseDirectory, "Golden", "digits-classifier.safetensors"));
        using var scope = NewDisposeScope();
        var classifier = new Classifier((name, _) => file.Load(name, ScalarType.Float32));
        var labels = Enumerable.Range(0, Count).Select(n => n % 10L).ToArray();
        using var reading = classifier.Read(new DigitImages(Pixels(drawn), labels));

        var accuracy = reading.Accuracy(labels, _ => true);
        output.WriteLine($"{accuracy:p0} read as their label at guidance {guidance}");
        Assert.InRange(accuracy, 0.93, 1);
    }

    [Theory]
    [InlineData(Sampler.Ddim, 1e-2)]
    [InlineData(Sampler.Ddim, 1e-3)]
    [InlineData(Sampler.Ddpm, 1e-2)]
    [InlineData(Sampler.Ddpm, 1e-3)]
    public void Of_64_samples_95_percent_end_within_the_tolerance(Sampler sampler, double tolerance)
    {
        const int Count = 64;
        var timeline = Timeline(sampler, 40);
        using var sequential = new SequentialSampler(_model.Denoiser, timeline).Sample(
            Seed, 0, Count, Labels(), cancellationToken: TestContext.Current.CancellationToken);

        using var picard = Picard(timeline, new PicardOptions { Tolerance = tolerance, Lookahead = 4 }, Count);

        var distances = Distances(Pixels(picard), Pixels(sequential), Count);
        var within = distances.Count(distance => distance <= tolerance);
        output.WriteLine($"{within} of {Count} within, {picard.Rounds} rounds, largest {distances.Max():g2}");
        Assert.InRange(within, 0.95 * Count, Count);
    }

    // 25 points are evaluated in a sweep: those of five blocks, or of four and one point of five more.
    [Fact]
    public void Scouts_save_rounds_and_evaluations()
    {
        const int Count = 8;
        const ulong Other = 7; // the one of the figures in the README
        var timeline = Timeline(Sampler.Ddim, 100);
        using var sequential = new SequentialSampler(_model.Denoiser, timeline).Sample(
            Other, 0, Count, Labels(), cancellationToken: TestContext.Current.CancellationToken);

        using var without = Picard(timeline, new PicardOptions { Tolerance = 1e-2, Lookahead = 5 }, Count, seed: Other);
        using var with = Picard(timeline, new PicardOptions { Tolerance = 1e-2, Lookahead = 4, Scouts = 5 }, Count, seed: Other);

        var largest = Distances(Pixels(with), Pixels(sequential), Count).Max();
        output.WriteLine(
            $"{without.Rounds} rounds and {without.Evaluations} evaluations without, {with.Rounds} and {with.Evaluations} with, "
            + $"largest distance {largest:g2}");
        Assert.InRange(with.Rounds, 1, without.Rounds - 1);
        Assert.InRange(with.Evaluations, 1, without.Evaluations - 1);
        Assert.InRange(largest, 0, 2e-3);
    }

    [Fact]
    public void A_sample_hardly_depends_on_its_batch()
    {
        var timeline = Timeline(Sampler.Ddim, 10);
        var exact = new PicardOptions { Tolerance = 0, Lookahead = 4 };
        using var batch = Picard(timeline, exact, count: 5);
        using var alone = new PicardSampler(_model.Denoiser, timeline, exact).Sample(
            Seed, firstSample: 3, samples: 1, Labels(), cancellationToken: TestContext.Current.CancellationToken);

        var ofBatch = Pixels(batch).AsSpan(3 * DigitImages.Size, DigitImages.Size).ToArray();
        Assert.InRange(Distances(Pixels(alone), ofBatch, 1)[0], 0, 1e-5);
    }

    private Timeline Timeline(Sampler sampler, int steps) => Sampling.Timeline.Create(
        _model.Timeline! with { Sampler = sampler, Steps = steps, BlockSteps = 5 }, _model.Schedule!);

    private ImmutableArray<Condition> Labels(double? guidance = null) =>
        _model.ConditionsFor([.. Enumerable.Range(0, 10)], guidance);

    private SamplingResult Picard(Timeline timeline, PicardOptions options, int count, double? guidance = null, ulong seed = Seed) =>
        new PicardSampler(_model.Denoiser, timeline, options).Sample(
            seed, 0, count, Labels(guidance), cancellationToken: TestContext.Current.CancellationToken);

    private static float[] Pixels(SamplingResult drawn) =>
        MemoryMarshal.Cast<byte, float>(drawn.Samples.bytes).ToArray();

    private static double[] Distances(float[] a, float[] b, int count) =>
    [
        .. a.Zip(b, (x, y) => ((double)x - y) * ((double)x - y))
            .Chunk(a.Length / count)
            .Select(squares => Math.Sqrt(squares.Average())),
    ];
}
