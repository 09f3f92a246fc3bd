namespace OrleansDiffusion.Sampling.Schedules;

/// <summary>
/// A schedule with α² + σ² = 1: a clock on the Ornstein-Uhlenbeck process dx = −x/2 ds + dw, for which α = e^(−s/2)
/// and σ² = 1 − e^(−s). The OU time s is the common time of all of them.
/// </summary>
public abstract class VariancePreservingSchedule : NoiseSchedule
{
    /// <summary>The largest OU time the schedule reaches.</summary>
    public abstract double MaxOuTime { get; }

    /// <summary>The level at OU time <paramref name="s"/>.</summary>
    /// <param name="s">OU time, 0 to <see cref="MaxOuTime"/>.</param>
    public NoiseLevel AtOuTime(double s) => new(Math.Exp(-s / 2), Math.Sqrt(1 - Math.Exp(-s)), TimeOf(s));

    /// <summary>This schedule's own time at OU time <paramref name="s"/>.</summary>
    protected abstract double TimeOf(double s);
}
