namespace OrleansDiffusion.Sampling;

/// <summary>The names of samplers on the command line, in files and in messages.</summary>
public static class SamplerNames
{
    /// <summary>A sampler's name: <c>ddpm</c>, <c>ddim</c>, <c>dpm++2m</c>, <c>piadm-sde</c> or <c>piadm-ode</c>.</summary>
    public static string Name(this Sampler sampler) => sampler switch
    {
        Sampler.Ddpm => "ddpm",
        Sampler.Ddim => "ddim",
        Sampler.DpmSolverPlusPlus2M => "dpm++2m",
        Sampler.PiadmSde => "piadm-sde",
        Sampler.PiadmOde => "piadm-ode",
        _ => throw new ArgumentOutOfRangeException(nameof(sampler)),
    };
}
