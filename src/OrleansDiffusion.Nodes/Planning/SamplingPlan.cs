using System.Collections.Immutable;
using OrleansDiffusion.Grid.Planning;
using OrleansDiffusion.Contracts.Jobs;
using OrleansDiffusion.Models;
using OrleansDiffusion.Sampling;
using OrleansDiffusion.Sampling.Noise;
using OrleansDiffusion.Sampling.Picard;
using OrleansDiffusion.Sampling.Schedules;

namespace OrleansDiffusion.Nodes.Planning;

/// <summary>
/// What a request comes to with its model: the steps, and how they are cut into blocks and batches. The same request
/// and model give the same plan everywhere.
/// </summary>
public sealed record SamplingPlan
{
    // A window over more points takes hardly fewer rounds, but many more evaluations: those at its far end are made
    // long before what enters there is known.
    private const int Window = 160;
    private const int BlocksInWindow = 8;

    // Time-nodes of all open blocks together, where the request leaves it open.
    private const int NodesInWindow = 8;

    private static readonly Timelines Timelines = new(most: 16);

    private SamplingPlan()
    {
    }

    /// <summary>The step rule.</summary>
    public required Sampler Sampler { get; init; }

    /// <summary>The steps and their blocks.</summary>
    public required Timeline Timeline { get; init; }

    /// <summary>The schedule that the steps lie on.</summary>
    public required VariancePreservingSchedule Schedule { get; init; }

    /// <summary>How blocks are iterated, and how many at the same time; without meaning for a sequential run.</summary>
    public required PicardOptions Picard { get; init; }

    /// <summary>Whether the steps are taken one after the other.</summary>
    public required bool IsSequential { get; init; }

    /// <summary>What samples take in turn: sample i takes entry i mod n; empty for unconditional samples.</summary>
    public required ImmutableArray<Condition> Conditions { get; init; }

    /// <summary>The seed of the noise, where all samples have one.</summary>
    public required ulong Seed { get; init; }

    /// <summary>The noise.</summary>
    public required NormalNoise Noise { get; init; }

    /// <summary>Samples of the job.</summary>
    public required int Count { get; init; }

    /// <summary>
    /// Samples a batch; the last may have fewer. As many as fit in memory, or as many as the request says, whether they
    /// fit or not.
    /// </summary>
    public required int Batch { get; init; }

    /// <summary>Grid points a time-node owns; null where the request leaves it open.</summary>
    public required int? PointsPerNode { get; init; }

    /// <summary>Plans a request that is sampled parallel in time.</summary>
    /// <param name="request">What is asked for.</param>
    /// <param name="model">The model that it names.</param>
    /// <exception cref="InvalidOptionException">An option out of its range, or not taken by the sampler or model.</exception>
    public static SamplingPlan For(SamplingRequest request, Model model)
    {
        var whole = ForSequential(request, model);
        var (sampler, steps) = (whole.Sampler, whole.Timeline.Steps);
        var memory = MemoryOf(model);

        // The paper's blocks, and those that a user cuts, are walked as the paper walks them: one at a time.
        var (timeline, lookahead) = (whole.Timeline, request.Lookahead ?? 1);
        if (request.Blocks is null && request.BlockSteps is null && !sampler.IsPiadm())
        {
            (var blockSteps, lookahead) = memory.Window(steps, Window, BlocksInWindow, request.Lookahead, whole.Picard.Scouts);
            timeline = Timelines.Of(RequestOptions.Timeline(request, model) with { BlockSteps = blockSteps }, whole.Schedule);
        }

        var open = Math.Min(timeline.Blocks.Length, PicardOptions.MostOpen(lookahead, whole.Picard.Scouts));
        var points = Math.Min(steps, (long)open * timeline.Blocks.Max(block => block.Steps.Length));
        return whole with
        {
            Timeline = timeline,
            Picard = whole.Picard with { Lookahead = lookahead },
            IsSequential = false,
            Batch = request.Batch ?? memory.Samples(points, open, request.Count),
        };
    }

    /// <summary>Plans a request whose steps are taken one after the other: the reference.</summary>
    /// <inheritdoc cref="For"/>
    public static SamplingPlan ForSequential(SamplingRequest request, Model model)
    {
        RequestRules.Check(request);
        ArgumentNullException.ThrowIfNull(model);
        var options = RequestOptions.Timeline(request, model);
        var schedule = RequestOptions.Schedule(request, model);
        return new SamplingPlan
        {
            Sampler = options.Sampler,
            Timeline = Timelines.Of(options, schedule),
            Schedule = schedule,
            Picard = Choices.Picard(request) with { Lookahead = 1 },
            IsSequential = true,
            Conditions = ConditionsOf(request, model),
            Seed = request.Seed,
            Noise = NoiseOf(request),
            Count = request.Count,
            Batch = request.Batch ?? MemoryOf(model).Samples(points: 1, blocks: 1, request.Count),
            PointsPerNode = request.PointsPerNode,
        };
    }

    /// <summary>The plan as far as those need it who do not have the model.</summary>
    /// <param name="model">The model that was planned for.</param>
    public JobOutline Outline(Model model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return new JobOutline
        {
            Model = model.Name,
            Shape = [.. model.Denoiser.Shape],
            StepsOfBlocks = [.. Timeline.Blocks.Select(block => block.Steps.Length)],
            Batch = Batch,
            Lookahead = Picard.Lookahead,
            Scouts = Picard.Scouts,
            PointsPerNode = PointsPerNode ?? UsualPointsPerNode(),
            DataVariance = model.Denoiser.DataVariance,
            Sensitivity = model.Denoiser.Sensitivity,
            Fingerprint = model.Fingerprint,
        };
    }

    private static ImmutableArray<Condition> ConditionsOf(SamplingRequest request, Model model)
    {
        return request.Items is { } items
            ? [.. items.SelectMany(item => InTurn(Of(item.Labels, item.Guidance), item.Count))]
            : Of(request.Labels, request.Guidance);

        ImmutableArray<Condition> Of(ImmutableArray<int> labels, double? guidance) =>
            model.ConditionsFor(labels.IsDefault ? [] : labels, guidance);
    }

    private static IEnumerable<Condition> InTurn(ImmutableArray<Condition> conditions, int count) => Enumerable.Range(0, count)
        .Select(sample => conditions.IsEmpty ? Condition.None : conditions[sample % conditions.Length]);

    private static NormalNoise NoiseOf(SamplingRequest request) => request.Items is { } items
        ? new NormalNoise([.. items.SelectMany(item => Enumerable.Range(0, item.Count).Select(sample => (item.Seed, (uint)sample)))])
        : new NormalNoise(request.Seed);

    // Whatever the cluster, so that the samples do not depend on it to the last bit.
    private int UsualPointsPerNode()
    {
        var blockSteps = Timeline.Blocks.Max(block => block.Steps.Length);
        return Math.Min(blockSteps, (int)(((long)blockSteps * Picard.Lookahead) + NodesInWindow - 1) / NodesInWindow);
    }

    private static MemoryBudget MemoryOf(Model model) =>
        new(model.Denoiser.Shape.Aggregate(1L, (product, size) => product * size));
}
