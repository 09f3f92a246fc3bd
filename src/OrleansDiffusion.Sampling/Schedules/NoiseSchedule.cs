namespace OrleansDiffusion.Sampling.Schedules;

/// <summary>A path of noise levels, indexed by a time of its own unit.</summary>
public abstract class NoiseSchedule
{
    /// <summary>The name by which it is asked for.</summary>
    public abstract string Name { get; }

    /// <summary>The level at a time of this schedule's unit.</summary>
    public abstract NoiseLevel At(double time);
}
