namespace OrleansDiffusion.Sampling.Picard;

/// <summary>
/// Says when a block is done for a sample: when the error that its last sweep may have left in the finished sample is
/// within the tolerance.
/// </summary>
/// <remarks>
/// <para>The error is bounded through the sweep's largest update u over all points of the block: all points, since what
/// is wrong at the noise end is carried through everything behind it. <see cref="Linearization.Drift"/> and
/// <see cref="Linearization.Score"/> leave at most u, <see cref="Linearization.Data"/> 2u. The secant converges with the
/// order of secant methods, φ = 1.618, and leaves C c (u/c)^φ, c being the data's standard deviation and C 3.2 times the
/// root of the number of blocks, as their errors add up like those of independent ones, but 9 at least: in 50 blocks with
/// c = 0.6, 1.4u at a tolerance of 1e-2 and 0.6u at 1e-3; less than u/10 is never believed. A block's first sweep may stand
/// near its guess by luck: it counts u for the secant, which only guesses its slope by then, and 2u for the others.</para>
/// <para>u is multiplied by the model's <see cref="IDenoiser.Sensitivity"/> first.</para>
/// <para>The bounds stand for the sweeps still to come and for the growth through the blocks behind. They are measured:
/// with them 95 % of 200 samples end within the tolerance, 1e-2 and 1e-3, for nine samplers, several block cuts, both
/// first iterates and mixtures of 2, 16 and 64 dimensions, and of 600 whose iterates are all lost on the way: blocks that
/// are begun anew start from better guesses, are done in fewer sweeps, and use up what a bound has to spare.</para>
/// <para>They are the same for all samples, because a sample's own last updates mislead: it creeps for some sweeps, and
/// then its mode is decided and it jumps. Rules that estimate each sample's contraction took as many sweeps at the same
/// promise. They are the same for all blocks: a sweep of a noisy one leaves a hundredth of u, but a network makes that grow
/// as much.</para>
/// </remarks>
public sealed class ConvergenceRule
{
    private const double SecantOrder = 1.618;
    private const double SecantConstant = 3.2;
    private const double LeastSecantConstant = 9;
    private const double SecantFloor = 0.1;

    private readonly double _tolerance;
    private readonly Linearization _linearization;
    private readonly double _scale;
    private readonly double _sensitivity;
    private readonly double _secantConstant;

    /// <summary>A rule for a run.</summary>
    /// <param name="tolerance">RMS distance from the sequential result that a sample may have; 0 until nothing moves.</param>
    /// <param name="linearization">How the sweeps linearise.</param>
    /// <param name="blocks">Blocks that the steps are cut into, 1 or more.</param>
    /// <param name="dataVariance">The data's variance per element, c²; positive.</param>
    /// <param name="sensitivity">The model's, 1 or more.</param>
    public ConvergenceRule(
        double tolerance, Linearization linearization, int blocks, double dataVariance, double sensitivity = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(blocks, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(sensitivity, 1);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(dataVariance);
        _tolerance = tolerance;
        _linearization = linearization;
        _scale = Math.Sqrt(dataVariance);
        _sensitivity = sensitivity;
        _secantConstant = Math.Max(LeastSecantConstant, SecantConstant * Math.Sqrt(blocks));
    }

    /// <summary>The error that a sweep may have left, RMS; not finite if the update is not.</summary>
    /// <param name="sweep">Sweeps made of the block, from 1.</param>
    /// <param name="update">u, largest RMS change of the sample over the block's points in this sweep.</param>
    public double ErrorAfter(int sweep, double update) => Bound(sweep, _sensitivity * update);

    /// <summary>Whether the sample's block is done. NaN and infinity never are.</summary>
    /// <inheritdoc cref="ErrorAfter"/>
    public bool IsDone(int sweep, double update) => ErrorAfter(sweep, update) <= _tolerance;

    private double Bound(int sweep, double update) => (_linearization, sweep) switch
    {
        (Linearization.Secant, > 1) => Math.Max(
            _secantConstant * _scale * Math.Pow(update / _scale, SecantOrder), SecantFloor * update),
        (Linearization.Drift or Linearization.Score, > 1) or (Linearization.Secant, _) => update,
        _ => 2 * update,
    };
}
