namespace OrleansDiffusion.Sampling;

/// <summary>The step rules that can be asked for.</summary>
public enum Sampler
{
    /// <summary><c>ddpm</c>, see <see cref="Steps.Ddpm"/>.</summary>
    Ddpm,

    /// <summary><c>ddim</c>, see <see cref="Steps.Ddim"/>.</summary>
    Ddim,

    /// <summary><c>dpm++2m</c>, see <see cref="Steps.DpmSolverPlusPlus2M"/>.</summary>
    DpmSolverPlusPlus2M,

    /// <summary><c>piadm-sde</c>, see <see cref="Steps.PiadmSde"/>.</summary>
    PiadmSde,

    /// <summary><c>piadm-ode</c>, see <see cref="Steps.PiadmOde"/>.</summary>
    PiadmOde,
}
