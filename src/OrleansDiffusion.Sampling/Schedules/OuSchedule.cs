namespace OrleansDiffusion.Sampling.Schedules;

/// <summary>The OU process itself; its time is s. The setting of arXiv 2405.15986.</summary>
public sealed class OuSchedule : VariancePreservingSchedule
{
    /// <inheritdoc/>
    public override string Name => "ou";

    /// <inheritdoc/>
    public override double MaxOuTime => double.PositiveInfinity;

    /// <inheritdoc/>
    public override NoiseLevel At(double time) => AtOuTime(time);

    /// <inheritdoc/>
    protected override double TimeOf(double s) => s;
}
