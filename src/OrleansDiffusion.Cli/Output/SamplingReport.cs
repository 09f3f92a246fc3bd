using System.Text.Json;
using System.Text.Json.Serialization;
using OrleansDiffusion.Cli.Runs;
using OrleansDiffusion.Contracts.Jobs;

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

    /// <summary>The devices of every silo; absent where none were asked for.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public required IReadOnlyList<string>? Devices { get; init; }

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

    public required int Scouts { get; init; }

    /// <summary>Silos that held time-nodes, 0 without a grid.</summary>
    public required int Silos { get; init; }

    public required int Recoveries { get; init; }

    public required double WallSeconds { get; init; }

    public required double DeviceSeconds { get; init; }

    public required Percentiles ExchangeMilliseconds { get; init; }

    // Whether times are those of devices of a given speed.
    private bool IsEmulated { get; init; }

    [JsonIgnore]
    public string Summary =>
        $"{Count} samples, {Sampler}, {Rounds} rounds instead of {SequentialRounds}, {WallSeconds:f1} s"
        + (IsEmulated ? " on emulated devices" : "");

    /// <summary>The run in a line that does not change when it is repeated.</summary>
    [JsonIgnore]
    public string Title => $"{Model}: {Count} samples, {Sampler}, {Steps} steps, seed {Seed}";

    /// <summary>The figures of a run that is done.</summary>
    /// <param name="run">The run.</param>
    /// <param name="batches">What its batches took, one or more.</param>
    /// <param name="wall">What it took as a whole.</param>
    public static SamplingReport From(RunDescription run, IReadOnlyList<BatchReport> batches, TimeSpan wall)
    {
        var (request, outline) = (run.Request, run.Outline);
        return new SamplingReport
        {
            JobId = run.JobId,
            Model = request.Model,
            Sampler = request.Sampler,
            Mode = run.IsSequential ? "sequential" : "picard",
            Linearization = run.IsSequential ? null : request.Linearization,
            Steps = outline.Steps,
            Count = request.Count,
            Seed = request.Seed,
            Label = request.Labels.Length > 0 ? request.Labels : null,
            Guidance = request.Guidance,
            Devices = run.Devices?.Select(device => device.Name).ToList(),
            IsEmulated = run.IsEmulated,
            Tolerance = run.IsSequential ? 0 : request.Tolerance,
            Rounds = batches.Max(batch => batch.Rounds),
            SequentialRounds = outline.Steps,
            Evaluations = (double)batches.Sum(batch => batch.Evaluations) / request.Count,
            SweepsPerBlock = batches.Count == 1
                ? batches[0].SweepsPerBlock
                : batches.Select(batch => batch.SweepsPerBlock).ToList(),
            MaxResidual = batches.Max(batch => batch.MaxResidual),
            Blocks = outline.StepsOfBlocks.Length,
            PointsPerNode = outline.PointsPerNode,
            Lookahead = outline.Lookahead,
            Scouts = outline.Scouts,
            Silos = batches.Max(batch => batch.Silos),
            Recoveries = batches.Sum(batch => batch.Recoveries),
            WallSeconds = wall.TotalSeconds,
            DeviceSeconds = batches.Sum(batch => batch.DeviceTime.TotalSeconds),
            ExchangeMilliseconds = Percentiles.Of([.. batches.SelectMany(batch => batch.ExchangeTimes)]),
        };
    }

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
