using System.Text.Json;
using System.Text.Json.Serialization;
using OrleansDiffusion.Grid.Planning;
using OrleansDiffusion.Contracts.Jobs;
using OrleansDiffusion.Nodes.Planning;
using OrleansDiffusion.Sampling;

namespace OrleansDiffusion.Cli.Output;

/// <summary>The figures of a run; field names are part of the command line's contract.</summary>
internal sealed record SamplingReport
{
    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public required string JobId { get; init; }

    public required string Model { get; init; }

    public required string Sampler { get; init; }

    public required string Mode { get; init; }

    public required string? Linearization { get; init; }

    public required int Steps { get; init; }

    public required int Count { get; init; }

    public required ulong Seed { get; init; }

    /// <summary>The labels that samples took in turn; absent where none was asked for.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public required IReadOnlyList<int>? Label { get; init; }

    /// <summary>The scale of guidance; absent where none was asked for.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public required double? Guidance { get; init; }

    public required double Tolerance { get; init; }

    /// <summary>Sequential model calls on the critical path: those of the batch that took most.</summary>
    public required int Rounds { get; init; }

    public required int SequentialRounds { get; init; }

    /// <summary>Model evaluations a sample.</summary>
    public required double Evaluations { get; init; }

    /// <summary>A number a block; with several batches a list of those.</summary>
    public required object SweepsPerBlock { get; init; }

    public required double MaxResidual { get; init; }

    public required int Blocks { get; init; }

    public required int PointsPerNode { get; init; }

    public required int Lookahead { get; init; }

    public required int Silos { get; init; }

    public required int Recoveries { get; init; }

    public required double WallSeconds { get; init; }

    public required double DeviceSeconds { get; init; }

    public required Percentiles ExchangeMilliseconds { get; init; }

    [JsonIgnore]
    public string Summary =>
        $"{Count} samples, {Sampler}, {Rounds} rounds instead of {SequentialRounds}, {WallSeconds:f1} s";

    /// <summary>The run in a line that does not change when it is repeated.</summary>
    [JsonIgnore]
    public string Title => $"{Model}: {Count} samples, {Sampler}, {Steps} steps, seed {Seed}";

    public static SamplingReport From(
        IReadOnlyList<SamplingResult> batches, SamplingRequest request, SamplingPlan plan, TimeSpan wall) => new()
        {
            JobId = Guid.CreateVersion7().ToString(),
            Model = request.Model,
            Sampler = plan.Sampler.Name(),
            Mode = plan.IsSequential ? "sequential" : "picard",
            Linearization = plan.IsSequential ? null : Choices.Linearizations.NameOf(plan.Picard.Linearization),
            Steps = plan.Timeline.Steps,
            Count = plan.Count,
            Seed = plan.Seed,
            Label = request.Labels.Length > 0 ? request.Labels : null,
            Guidance = request.Guidance,
            Tolerance = plan.IsSequential ? 0 : plan.Picard.Tolerance,
            Rounds = batches.Max(batch => batch.Rounds),
            SequentialRounds = plan.Timeline.Steps,
            Evaluations = (double)batches.Sum(batch => batch.Evaluations) / plan.Count,
            SweepsPerBlock = batches.Count == 1
                ? batches[0].SweepsPerBlock
                : batches.Select(batch => batch.SweepsPerBlock).ToList(),
            MaxResidual = batches.Max(batch => batch.MaxResidual),
            Blocks = plan.Timeline.Blocks.Length,
            PointsPerNode = plan.IsSequential ? 1 : plan.Timeline.Blocks.Max(block => block.Steps.Length),
            Lookahead = plan.Picard.Lookahead,
            Silos = 0,
            Recoveries = 0,
            WallSeconds = wall.TotalSeconds,
            DeviceSeconds = batches.Sum(batch => batch.DeviceTime.TotalSeconds),
            ExchangeMilliseconds = Percentiles.Of([.. batches.SelectMany(batch => batch.SweepOverheads)]),
        };

    public void WriteTo(Stream destination) => JsonSerializer.Serialize(destination, this, Format);

    /// <summary>Median and 99th percentile, in milliseconds.</summary>
    public sealed record Percentiles(double P50, double P99)
    {
        public static Percentiles Of(TimeSpan[] values)
        {
            Array.Sort(values);
            return new Percentiles(At(0.50), At(0.99));

            double At(double share) => values[(int)Math.Ceiling((share * values.Length) - 1)].TotalMilliseconds;
        }
    }
}
