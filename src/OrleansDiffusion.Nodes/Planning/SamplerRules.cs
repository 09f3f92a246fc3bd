using OrleansDiffusion.Sampling;

namespace OrleansDiffusion.Nodes.Planning;

/// <summary>Which samplers take an option that others have no use for.</summary>
public static class SamplerRules
{
    private static readonly Sampler[] Discrete = [Sampler.Ddpm, Sampler.Ddim, Sampler.DpmSolverPlusPlus2M];
    private static readonly Sampler[] Piadm = [Sampler.PiadmSde, Sampler.PiadmOde];

    /// <summary>Whether a sampler is one of the paper's, which walk OU time in blocks of a given length.</summary>
    public static bool IsPiadm(this Sampler sampler) => Piadm.Contains(sampler);

    /// <summary>Throws if an option was given that the sampler does not take.</summary>
    /// <param name="option">The option's name as on the command line, without dashes in front.</param>
    /// <param name="sampler">The sampler.</param>
    /// <exception cref="InvalidOptionException">It is taken by other samplers only.</exception>
    public static void RequireTaken(string option, Sampler sampler)
    {
        if (option == "blocks" && sampler.IsPiadm())
            throw new InvalidOptionException(option, "is not taken by the piadm samplers; use block-length");
        if (TakersOf(option) is { } takers && !takers.Contains(sampler))
        {
            var names = string.Join(", ", takers.Select(taker => taker.Name()));
            throw new InvalidOptionException(option, $"is taken by {names} only, not by {sampler.Name()}");
        }
    }

    // Null where every sampler takes it, or where its value decides (eta and corrector-steps may be 0 for all).
    private static Sampler[]? TakersOf(string option) => option switch
    {
        "steps" or "spacing" => Discrete,
        "final-sigma" => [Sampler.DpmSolverPlusPlus2M],
        "horizon" or "block-length" or "step" or "early-stop" => Piadm,
        _ => null,
    };
}
