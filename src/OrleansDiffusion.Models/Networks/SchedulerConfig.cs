using OrleansDiffusion.Sampling;
using OrleansDiffusion.Sampling.Schedules;
using OrleansDiffusion.Sampling.Steps;

namespace OrleansDiffusion.Models.Networks;

/// <summary>
/// A diffusers <c>scheduler_config.json</c> of a DDPMScheduler or DDIMScheduler. Defaults are those of diffusers; what
/// it may say and this library cannot do is refused by name.
/// </summary>
public sealed record SchedulerConfig
{
    private const int MostTrainSteps = 1_000_000;

    /// <summary>What <see cref="PredictionType"/> may be.</summary>
    internal static string[] PredictionTypes { get; } = ["epsilon", "v_prediction", "sample"];

    /// <summary>Training timesteps, 2 or more.</summary>
    public int NumTrainTimesteps { get; init; } = 1000;

    /// <summary>The first β.</summary>
    public double BetaStart { get; init; } = 1e-4;

    /// <summary>The last β.</summary>
    public double BetaEnd { get; init; } = 0.02;

    /// <summary><c>linear</c>, <c>scaled_linear</c> or <c>squaredcos_cap_v2</c>.</summary>
    public string BetaSchedule { get; init; } = "linear";

    /// <summary>The betas themselves, in place of a schedule.</summary>
    public IReadOnlyList<double>? TrainedBetas { get; init; }

    /// <summary><c>epsilon</c>, <c>v_prediction</c> or <c>sample</c>.</summary>
    public string PredictionType { get; init; } = "epsilon";

    /// <summary>
    /// Whether the denoised sample is clamped. Every sampler steps with the clamped one alone; diffusers' DDIMScheduler
    /// does so with <c>use_clipped_model_output</c>, and otherwise keeps the noise that the network predicted.
    /// </summary>
    public bool ClipSample { get; init; } = true;

    /// <summary>The magnitude that it is clamped to; positive.</summary>
    public double ClipSampleRange { get; init; } = 1;

    /// <summary><c>leading</c>, <c>trailing</c> or <c>linspace</c>.</summary>
    public string TimestepSpacing { get; init; } = "leading";

    /// <summary>What leading spacing adds to every timestep.</summary>
    public int StepsOffset { get; init; }

    /// <summary>Whether ddim ends without noise, or at timestep 0.</summary>
    public bool SetAlphaToOne { get; init; } = true;

    /// <summary><c>fixed_small</c> or <c>fixed_large</c>.</summary>
    public string VarianceType { get; init; } = "fixed_small";

    /// <summary>Dynamic thresholding; not supported.</summary>
    public bool Thresholding { get; init; }

    /// <summary>Without meaning where there is no thresholding.</summary>
    public double DynamicThresholdingRatio { get; init; } = 0.995;

    /// <summary>Without meaning where there is no thresholding.</summary>
    public double SampleMaxValue { get; init; } = 1;

    /// <summary>Betas rescaled to end at α = 0; not supported.</summary>
    public bool RescaleBetasZeroSnr { get; init; }

    /// <summary>In files from before <see cref="PredictionType"/>: false for <c>sample</c>.</summary>
    public bool? PredictEpsilon { get; init; }

    /// <summary>In old files; without meaning.</summary>
    public string? TensorFormat { get; init; }

    /// <summary>Reads and checks a <c>scheduler_config.json</c>.</summary>
    /// <param name="json">Its text.</param>
    /// <exception cref="ModelFormatException">
    /// Not JSON, an option that is unknown, not supported or out of range, or another scheduler.
    /// </exception>
    public static SchedulerConfig Read(string json)
    {
        var config = DiffusersConfig.Read<SchedulerConfig>(json, "DDPMScheduler", "DDIMScheduler");
        config.Validate();
        return config;
    }

    /// <summary>The noise schedule that the network was trained with.</summary>
    public DiscreteSchedule Schedule() => TrainedBetas is { } betas
        ? new DiscreteSchedule("trained", betas)
        : BetaSchedule switch
        {
            "linear" => DiscreteSchedule.Linear(NumTrainTimesteps, BetaStart, BetaEnd),
            "scaled_linear" => DiscreteSchedule.ScaledLinear(NumTrainTimesteps, BetaStart, BetaEnd),
            _ => DiscreteSchedule.Cosine(NumTrainTimesteps),
        };

    /// <summary>What the network predicts.</summary>
    public Prediction Prediction() => PredictionType switch
    {
        "epsilon" when PredictEpsilon is not false => Networks.Prediction.Epsilon,
        "v_prediction" => Networks.Prediction.Velocity,
        _ => Networks.Prediction.Sample,
    };

    /// <summary>How the network's timesteps are walked where nothing else is asked for.</summary>
    public TimelineOptions Timeline() => new()
    {
        Spacing = TimestepSpacing switch
        {
            "leading" => Sampling.Schedules.TimestepSpacing.Leading,
            "trailing" => Sampling.Schedules.TimestepSpacing.Trailing,
            _ => Sampling.Schedules.TimestepSpacing.Linspace,
        },
        // With an offset leading spacing has no room for all of them.
        Steps = TimestepSpacing == "leading" && StepsOffset > 0 ? NumTrainTimesteps / 2 : NumTrainTimesteps,
        StepsOffset = StepsOffset,
        SetAlphaToOne = SetAlphaToOne,
        Variance = VarianceType == "fixed_large" ? DdpmVariance.FixedLarge : DdpmVariance.FixedSmall,
    };

    private void Validate()
    {
        DiffusersConfig.OneOf("beta_schedule", BetaSchedule, "linear", "scaled_linear", "squaredcos_cap_v2");
        DiffusersConfig.OneOf("prediction_type", PredictionType, PredictionTypes);
        DiffusersConfig.OneOf("timestep_spacing", TimestepSpacing, "leading", "trailing", "linspace");
        DiffusersConfig.OneOf("variance_type", VarianceType, "fixed_small", "fixed_small_log", "fixed_large");
        DiffusersConfig.Require(!Thresholding, "thresholding", "false: dynamic thresholding is not supported");
        DiffusersConfig.Require(
            !RescaleBetasZeroSnr, "rescale_betas_zero_snr", "false: a schedule that ends at alpha 0 is not supported");
        DiffusersConfig.Require(
            NumTrainTimesteps is >= 2 and <= MostTrainSteps, "num_train_timesteps", $"2 to {MostTrainSteps}");
        DiffusersConfig.Require(BetaStart is > 0 and < 1, "beta_start", "between 0 and 1");
        DiffusersConfig.Require(BetaEnd is > 0 and < 1, "beta_end", "between 0 and 1");
        DiffusersConfig.Require(
            TrainedBetas is null || (TrainedBetas.Count == NumTrainTimesteps && TrainedBetas.All(b => b is > 0 and < 1)),
            "trained_betas", $"num_train_timesteps ({NumTrainTimesteps}) numbers between 0 and 1");
        DiffusersConfig.Require(ClipSampleRange > 0, "clip_sample_range", "positive");
        DiffusersConfig.Require(
            StepsOffset >= 0 && StepsOffset < NumTrainTimesteps, "steps_offset", "0 or more, below num_train_timesteps");
    }
}
