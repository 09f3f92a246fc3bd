using OrleansDiffusion.Sampling.Schedules;
using OrleansDiffusion.Sampling.Steps;

namespace OrleansDiffusion.Sampling;

/// <summary>What is to be integrated: the sampler and its time grid. Names are those of the command line.</summary>
public sealed record TimelineOptions
{
    /// <summary>The step rule. Default <see cref="Sampler.Ddpm"/>.</summary>
    public Sampler Sampler { get; init; } = Sampler.Ddpm;

    /// <summary>Steps of the discrete samplers, 1 to the schedule's training steps. Default 1000.</summary>
    public int Steps { get; init; } = 1000;

    /// <summary>How the steps lie over the training timesteps. Default <see cref="TimestepSpacing.Leading"/>.</summary>
    public TimestepSpacing Spacing { get; init; } = TimestepSpacing.Leading;

    /// <summary>DDIM's η, 0 (deterministic) to 1 (DDPM). Default 0. Other samplers take none.</summary>
    public double Eta { get; init; }

    /// <summary>Where dpm++2m ends. Default <see cref="FinalSigma.Zero"/>.</summary>
    public FinalSigma FinalSigma { get; init; } = FinalSigma.Zero;

    /// <summary>T, the OU time at which the piadm samplers start; above the early stop. Default 8.</summary>
    public double Horizon { get; init; } = 8;

    /// <summary>h, the OU length of a piadm block; positive. Default 1.</summary>
    public double BlockLength { get; init; } = 1;

    /// <summary>ε, the OU length of a piadm step; positive, at most 1. Default 1/32.</summary>
    public double Step { get; init; } = 1.0 / 32;

    /// <summary>η, the OU time at which the piadm samplers end; at least 1e-9, below the horizon. Default 1e-3.</summary>
    public double EarlyStop { get; init; } = 1e-3;

    /// <summary>M†, steps of piadm-ode's corrector after each block: 0 (off, the default) or 64 to 65535.</summary>
    public int CorrectorSteps { get; init; }

    /// <summary>Steps a block of a discrete sampler, positive; null for the whole grid in one block.</summary>
    public int? BlockSteps { get; init; }

    /// <summary>
    /// What leading spacing adds to every timestep, 0 or more (diffusers' <c>steps_offset</c>); a model's, not a
    /// user's. Default 0.
    /// </summary>
    public int StepsOffset { get; init; }

    /// <summary>
    /// Whether ddim ends without noise, or at timestep 0 (diffusers' <c>set_alpha_to_one</c>); a model's, not a user's.
    /// Default true.
    /// </summary>
    public bool SetAlphaToOne { get; init; } = true;

    /// <summary>Variance of ddpm's noise; a model's, not a user's. Default <see cref="DdpmVariance.FixedSmall"/>.</summary>
    public DdpmVariance Variance { get; init; } = DdpmVariance.FixedSmall;
}
