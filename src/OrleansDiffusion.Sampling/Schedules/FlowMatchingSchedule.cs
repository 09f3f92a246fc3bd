namespace OrleansDiffusion.Sampling.Schedules;

/// <summary>The straight path of flow matching, α = 1 − t, σ = t, with t from 1 (noise) to 0 (data).</summary>
/// <remarks>DDIM with η = 0 along it is Euler's method for the flow's velocity (z − x_0).</remarks>
public sealed class FlowMatchingSchedule : NoiseSchedule
{
    /// <inheritdoc/>
    public override string Name => "flow";

    /// <summary>The level at flow time <paramref name="time"/>.</summary>
    /// <param name="time">Flow time, 0 to 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">Outside 0 to 1.</exception>
    public override NoiseLevel At(double time)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(time);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(time, 1);
        return new NoiseLevel(1 - time, time, time);
    }
}
