using OrleansDiffusion.Sampling.Schedules;
using OrleansDiffusion.Sampling.Steps;

namespace OrleansDiffusion.Sampling;

/// <summary>What <see cref="TimelineOptions"/> may say about a given schedule.</summary>
internal static class TimelineRules
{
    // A grid beyond these is a slip of the pen: it would not fit memory, or leave nothing of σ² in double precision.
    private const int MostSteps = 1_000_000;
    private const double EarliestStop = 1e-9;

    public static void Check(TimelineOptions options, VariancePreservingSchedule schedule)
    {
        RequireDefined("sampler", options.Sampler);
        RequireDefined("spacing", options.Spacing);
        RequireDefined("final-sigma", options.FinalSigma);
        RequireDefined("variance", options.Variance);
        if (options.Eta != 0 && options.Sampler != Sampler.Ddim)
            throw new InvalidOptionException("eta", $"is taken by ddim only, not by {options.Sampler.Name()}");
        if (options.CorrectorSteps != 0 && options.Sampler != Sampler.PiadmOde)
            throw new InvalidOptionException("corrector-steps",
                $"is taken by piadm-ode only, not by {options.Sampler.Name()}");
        if (options.Sampler is Sampler.PiadmSde or Sampler.PiadmOde)
            CheckPiadm(options, schedule);
        else
            CheckDiscrete(options, schedule);
    }

    private static void CheckPiadm(TimelineOptions options, VariancePreservingSchedule schedule)
    {
        Require(options.EarlyStop >= EarliestStop, "early-stop", $"must be at least {EarliestStop}", options.EarlyStop);
        Require(options.Horizon > options.EarlyStop && double.IsFinite(options.Horizon), "horizon",
            $"must be finite and above early-stop ({options.EarlyStop})", options.Horizon);
        Require(options.Horizon <= schedule.MaxOuTime, "horizon",
            $"must be at most {schedule.MaxOuTime:g4}, the OU time that the {schedule.Name} schedule reaches",
            options.Horizon);
        Require(options.BlockLength > 0 && options.Horizon / options.BlockLength <= ushort.MaxValue, "block-length",
            $"must be positive and make at most {ushort.MaxValue} blocks of the horizon", options.BlockLength);
        Require(options.Step is > 0 and <= 1 && options.Horizon / options.Step <= MostSteps, "step",
            $"must be above 0, at most 1, and make at most {MostSteps} steps of the horizon", options.Step);
        Require(options.CorrectorSteps is 0 or (>= LangevinCorrector.FewestSteps and <= ushort.MaxValue),
            "corrector-steps", $"must be 0 (off) or {LangevinCorrector.FewestSteps} to {ushort.MaxValue}",
            options.CorrectorSteps);
        if (options.BlockSteps is not null)
            throw new InvalidOptionException("block-steps", "is not taken by the piadm samplers; use block-length");
    }

    private static void CheckDiscrete(TimelineOptions options, VariancePreservingSchedule schedule)
    {
        if (schedule is not DiscreteSchedule discrete)
            throw new InvalidOptionException("schedule",
                $"must be a discrete one (linear, scaled-linear, cosine) for {options.Sampler.Name()}, was {schedule.Name}");
        Require(options.Steps >= 1 && options.Steps <= discrete.TrainSteps, "steps",
            $"must be 1 to {discrete.TrainSteps}, the training steps of the {schedule.Name} schedule", options.Steps);
        Require(options.Sampler != Sampler.DpmSolverPlusPlus2M || options.Steps < discrete.TrainSteps, "steps",
            $"must be 1 to {discrete.TrainSteps - 1} for dpm++2m, below the training steps", options.Steps);
        Require(options.StepsOffset >= 0, "steps-offset", "must be 0 or more", options.StepsOffset);
        Require(NoisiestTimestep(options, discrete.TrainSteps) < discrete.TrainSteps, "steps",
            $"must leave room for the model's steps-offset, {options.StepsOffset}, below {discrete.TrainSteps}",
            options.Steps);
        Require(options.Eta is >= 0 and <= 1, "eta", "must be 0 to 1", options.Eta);
        Require(options.BlockSteps is null or > 0, "block-steps", "must be positive", options.BlockSteps ?? 0);
    }

    private static long NoisiestTimestep(TimelineOptions options, int trainSteps)
    {
        if (options.Spacing != TimestepSpacing.Leading)
            return trainSteps - 1;
        var intervals = options.Sampler == Sampler.DpmSolverPlusPlus2M ? options.Steps + 1 : options.Steps;
        return ((long)(intervals - 1) * (trainSteps / intervals)) + options.StepsOffset;
    }

    private static void RequireDefined<T>(string option, T value)
        where T : struct, Enum
    {
        if (!Enum.IsDefined(value))
            throw new InvalidOptionException(option, $"must be one of {string.Join(", ", Enum.GetNames<T>())}, was {value}");
    }

    private static void Require(bool condition, string option, string allowed, double given)
    {
        if (!condition)
            throw new InvalidOptionException(option, $"{allowed}, was {given}");
    }
}
