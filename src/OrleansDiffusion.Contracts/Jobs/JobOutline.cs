using System.Collections.Immutable;

namespace OrleansDiffusion.Contracts.Jobs;

/// <summary>What a request comes to, as a silo that has the model planned it.</summary>
[GenerateSerializer, Immutable, Alias("odiff.JobOutline")]
public sealed record JobOutline
{
    /// <summary>The model's name.</summary>
    [Id(0)]
    public required string Model { get; init; }

    /// <summary>Shape of a sample.</summary>
    [Id(1)]
    public required ImmutableArray<long> Shape { get; init; }

    /// <summary>Steps of every block, noisiest first.</summary>
    [Id(2)]
    public required ImmutableArray<int> StepsOfBlocks { get; init; }

    /// <summary>Samples a batch; the last may have fewer.</summary>
    [Id(3)]
    public required int Batch { get; init; }

    /// <summary>Blocks that are swept at the same time.</summary>
    [Id(4)]
    public required int Lookahead { get; init; }

    /// <summary>Grid points a time-node owns.</summary>
    [Id(5)]
    public required int PointsPerNode { get; init; }

    /// <summary>The data's variance per element.</summary>
    [Id(6)]
    public required double DataVariance { get; init; }

    /// <summary>How much an update counts, 1 or more; a model's.</summary>
    [Id(7)]
    public required double Sensitivity { get; init; }

    /// <summary>Blocks ahead of those that are swept by a few of their points.</summary>
    [Id(8)]
    public int Scouts { get; init; }

    /// <summary>
    /// Names what is in the model's files: no silo takes part with another. Empty for a model that is in no file, and in records
    /// of an older version.
    /// </summary>
    [Id(9)]
    public string Fingerprint { get; init; } = "";

    /// <summary>Steps of all blocks: the model calls that a sequential sampler needs.</summary>
    public int Steps => StepsOfBlocks.Sum();

    /// <summary>Elements of a sample.</summary>
    public int Elements => checked((int)Shape.Aggregate(1L, (product, size) => product * size));
}
