using OrleansDiffusion.Contracts.Jobs;
using OrleansDiffusion.Sampling;
using OrleansDiffusion.Sampling.Picard;
using OrleansDiffusion.Sampling.Schedules;

namespace OrleansDiffusion.Grid.Planning;

/// <summary>What requests and the command line name, and what the names stand for.</summary>
public static class Choices
{
    /// <summary>Step rules.</summary>
    public static NamedChoice<Sampler> Samplers { get; } =
        new("sampler", [.. Enum.GetValues<Sampler>().Select(sampler => (sampler.Name(), sampler))]);

    /// <summary>How the steps lie over the training timesteps.</summary>
    public static NamedChoice<TimestepSpacing> Spacings { get; } = new(
        "spacing", ("leading", TimestepSpacing.Leading), ("trailing", TimestepSpacing.Trailing),
        ("linspace", TimestepSpacing.Linspace));

    /// <summary>Where dpm++2m ends.</summary>
    public static NamedChoice<FinalSigma> FinalSigmas { get; } =
        new("final-sigma", ("zero", FinalSigma.Zero), ("min", FinalSigma.Min));

    /// <summary>Noise schedules of models that do not say theirs.</summary>
    public static NamedChoice<DiscreteSchedule> Schedules { get; } = new(
        "schedule", [.. new[] { DiscreteSchedule.Linear(), DiscreteSchedule.ScaledLinear(), DiscreteSchedule.Cosine() }
            .Select(schedule => (schedule.Name, schedule))]);

    /// <summary>How a sweep linearises the denoiser.</summary>
    public static NamedChoice<Linearization> Linearizations { get; } = new(
        "linearization", ("secant", Linearization.Secant), ("data", Linearization.Data), ("drift", Linearization.Drift),
        ("score", Linearization.Score));

    /// <summary>First iterates of a block.</summary>
    public static NamedChoice<FirstIterate> Starts { get; } =
        new("start", ("rolled", FirstIterate.Rolled), ("copied", FirstIterate.Copied));

    /// <summary>How a request's blocks are iterated; the lookahead is 1 where none is given.</summary>
    /// <exception cref="InvalidOptionException">It names something that there is not.</exception>
    public static PicardOptions Picard(SamplingRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var usual = new PicardOptions();
        return usual with
        {
            Linearization = Linearizations.Read(request.Linearization),
            Start = Starts.Read(request.Start),
            Tolerance = request.Tolerance,
            MaxSweeps = request.MaxSweeps,
            Lookahead = request.Lookahead ?? usual.Lookahead,
            Scouts = request.Scouts ?? usual.Scouts,
        };
    }
}
