using System.Collections.Immutable;

namespace OrleansDiffusion.Contracts.Jobs;

/// <summary>What a batch took.</summary>
[GenerateSerializer, Immutable, Alias("odiff.BatchReport")]
public sealed record BatchReport
{
    /// <summary>First sample of the batch.</summary>
    [Id(0)]
    public required int FirstSample { get; init; }

    /// <summary>Samples of the batch.</summary>
    [Id(1)]
    public required int Samples { get; init; }

    /// <summary>Sequential model calls on the critical path: sweeps.</summary>
    [Id(2)]
    public required int Rounds { get; init; }

    /// <summary>Most sweeps that a sample took in each block.</summary>
    [Id(3)]
    public required ImmutableArray<int> SweepsPerBlock { get; init; }

    /// <summary>Model evaluations of all samples together.</summary>
    [Id(4)]
    public required long Evaluations { get; init; }

    /// <summary>The largest end error that the convergence rule estimated.</summary>
    [Id(5)]
    public required double MaxResidual { get; init; }

    /// <summary>Time of the model calls on the critical path: in each sweep, of the slice that took longest.</summary>
    [Id(6)]
    public required TimeSpan DeviceTime { get; init; }

    /// <summary>What each sweep took beyond the model call.</summary>
    [Id(7)]
    public required ImmutableArray<TimeSpan> ExchangeTimes { get; init; }

    /// <summary>Samples that were lost.</summary>
    [Id(8)]
    public required ImmutableArray<LostSample> Lost { get; init; }

    /// <summary>How often the open blocks were begun anew.</summary>
    [Id(9)]
    public required int Recoveries { get; init; }

    /// <summary>Silos that held time-nodes, in the end.</summary>
    [Id(10)]
    public required int Silos { get; init; }

    /// <summary>Model calls that were made for the batch; calls shared with other jobs count.</summary>
    [Id(11)]
    public required long ModelCalls { get; init; }

    /// <summary>Messages that the sweeps took, one for everybody who was told.</summary>
    [Id(12)]
    public required long Messages { get; init; }
}
