using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace OrleansDiffusion.Contracts.Jobs;

/// <summary>
/// What is to be sampled, and how. Names and defaults are those of <c>odiff sample</c>; they are checked when the job is
/// submitted, by a silo that has the model.
/// </summary>
[GenerateSerializer, Immutable, Alias("odiff.SamplingRequest")]
public sealed record SamplingRequest
{
    /// <summary>A catalogue name, a folder in the diffusers layout, or a mixture's <c>.json</c>, as the silos see it.</summary>
    [Id(0)]
    public required string Model { get; init; }

    /// <summary>Number of samples, positive. Default 16.</summary>
    [Id(1)]
    public int Count { get; init; } = 16;

    /// <summary><c>ddpm</c> (default), <c>ddim</c>, <c>dpm++2m</c>, <c>piadm-sde</c> or <c>piadm-ode</c>.</summary>
    [Id(2)]
    public string Sampler { get; init; } = "ddpm";

    /// <summary>Steps of the discrete samplers, positive; null for the model's, or 1000.</summary>
    [Id(3)]
    public int? Steps { get; init; }

    /// <summary><c>leading</c>, <c>trailing</c> or <c>linspace</c>; null for the model's, or leading.</summary>
    [Id(4)]
    public string? Spacing { get; init; }

    /// <summary>DDIM's η, 0 (default) to 1.</summary>
    [Id(5)]
    public double Eta { get; init; }

    /// <summary>Where dpm++2m ends: <c>zero</c> (default) or <c>min</c>.</summary>
    [Id(6)]
    public string FinalSigma { get; init; } = "zero";

    /// <summary>
    /// <c>linear</c>, <c>scaled-linear</c> or <c>cosine</c> where the model does not say; null for linear, and for the
    /// OU process of the piadm samplers.
    /// </summary>
    [Id(7)]
    public string? Schedule { get; init; }

    /// <summary>T of the piadm samplers, the OU time they start at. Default 8.</summary>
    [Id(8)]
    public double Horizon { get; init; } = 8;

    /// <summary>h of the piadm samplers, the OU length of a block. Default 1.</summary>
    [Id(9)]
    public double BlockLength { get; init; } = 1;

    /// <summary>ε of the piadm samplers, the OU length of a step. Default 1/32.</summary>
    [Id(10)]
    public double Step { get; init; } = 1.0 / 32;

    /// <summary>η of the piadm samplers, the OU time they end at. Default 1e-3.</summary>
    [Id(11)]
    public double EarlyStop { get; init; } = 1e-3;

    /// <summary>Langevin corrector steps of piadm-ode after a block; 0 (default) is off.</summary>
    [Id(12)]
    public int CorrectorSteps { get; init; }

    /// <summary>Blocks the steps are cut into; excludes <see cref="BlockSteps"/>. Null for the planner's choice.</summary>
    [Id(13)]
    public int? Blocks { get; init; }

    /// <summary>Steps a block; null for the planner's choice.</summary>
    [Id(14)]
    public int? BlockSteps { get; init; }

    /// <summary>Grid points a time-node owns, positive; null for the planner's choice.</summary>
    [Id(15)]
    public int? PointsPerNode { get; init; }

    /// <summary>Blocks that are swept at the same time, positive; null for the planner's choice.</summary>
    [Id(16)]
    public int? Lookahead { get; init; }

    /// <summary>
    /// Blocks ahead of those that are swept by a few of their points, 0 or more; null for the planner's choice.
    /// </summary>
    [Id(28), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Scouts { get; init; }

    /// <summary><c>secant</c> (default), <c>data</c>, <c>drift</c> or <c>score</c>.</summary>
    [Id(17)]
    public string Linearization { get; init; } = "secant";

    /// <summary>First iterate of a block: <c>rolled</c> (default) or <c>copied</c>.</summary>
    [Id(18)]
    public string Start { get; init; } = "rolled";

    /// <summary>RMS distance from the sequential result that a sample may have; 0 is exact. Default 1e-3.</summary>
    [Id(19)]
    public double Tolerance { get; init; } = 1e-3;

    /// <summary>Most sweeps of a block, positive; null for as many as it has points.</summary>
    [Id(20)]
    public int? MaxSweeps { get; init; }

    /// <summary>64-bit seed. Default 0.</summary>
    [Id(21)]
    public ulong Seed { get; init; }

    /// <summary>Class labels that samples take in turn; empty for none.</summary>
    [Id(22)]
    public ImmutableArray<int> Labels { get; init; } = [];

    /// <summary>Scale of classifier-free guidance, 0 or more; null for none.</summary>
    [Id(23)]
    public double? Guidance { get; init; }

    /// <summary>Samples a batch, positive; null for the planner's choice.</summary>
    [Id(24)]
    public int? Batch { get; init; }

    /// <summary>
    /// Which jobs are run sooner: those of the greater one, -10 to 10. Default 0. Samples do not depend on it.
    /// </summary>
    [Id(25), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Priority { get; init; }

    /// <summary>
    /// Who takes turns with others, however many jobs each has: up to 200 characters; null, the default, for all who do not say.
    /// Samples do not depend on it.
    /// </summary>
    [Id(26), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Submitter { get; init; }

    /// <summary>
    /// Samples of several requests that are alike otherwise, one after the other: seed, labels and guidance are theirs, and not the
    /// request's; <see cref="Count"/> is that of all together. Null, the default, for one.
    /// </summary>
    [Id(27), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ImmutableArray<RequestItem>? Items { get; init; }

    /// <summary>The request without what its samples do not depend on.</summary>
    public SamplingRequest WithoutTurn() => this with { Priority = 0, Submitter = null };
}
