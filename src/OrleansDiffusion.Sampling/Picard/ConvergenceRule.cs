namespace OrleansDiffusion.Sampling.Picard;

/// <summary>
/// Says when a block is done for a sample: when what is left of its error, estimated from the last sweep's update, is
/// within the tolerance at every point of the block.
/// </summary>
/// <remarks>
/// <para>An error left at the noise end is carried through every block behind it, so all points count, not the last one
/// alone. What is left after a sweep is its update times the contraction of the next sweep. Contraction can be read
/// off two updates, but single samples mislead: they creep and then jump when their mode is decided. So the estimate
/// uses a bound for each linearisation, measured over samplers, block cuts and mixtures as the largest that keeps
/// 95 % of samples within the tolerance (<c>odiff bench tolerance</c>); rules built on the observed ratio needed as
/// many sweeps at the same promise.</para>
/// <para>In its first sweep a block has no secant yet and may stand at a guess that happens to be near: it is held to
/// the update itself.</para>
/// </remarks>
/// <param name="tolerance">RMS distance from the sequential result that a sample may have.</param>
/// <param name="linearization">How the sweeps linearise.</param>
public sealed class ConvergenceRule(double tolerance, Linearization linearization)
{
    private readonly double _contraction = linearization switch
    {
        Linearization.Secant => 1.0 / 3,
        Linearization.Drift or Linearization.Score => 1.0 / 2,
        _ => 1,
    };

    /// <summary>The error that is left in a sample after a sweep, RMS; not finite if the update is not.</summary>
    /// <param name="sweep">Sweeps made of the block, from 1.</param>
    /// <param name="update">Largest RMS change of the sample over the block's points in this sweep.</param>
    public double ErrorAfter(int sweep, double update) => sweep == 1 ? update : update * _contraction;

    /// <summary>Whether the sample's block is done. NaN and infinity never are.</summary>
    /// <inheritdoc cref="ErrorAfter"/>
    public bool IsDone(int sweep, double update) => ErrorAfter(sweep, update) <= tolerance;
}
