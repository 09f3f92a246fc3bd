namespace OrleansDiffusion.Sampling.Schedules;

/// <summary>Timesteps at which a discrete sampler evaluates its model, noisiest first.</summary>
public static class TimestepGrid
{
    /// <summary>The grid of diffusers' DDPMScheduler and DDIMScheduler.</summary>
    /// <param name="spacing">How the steps are laid.</param>
    /// <param name="trainSteps">Number of training timesteps.</param>
    /// <param name="steps">Number of evaluations, 1 to <paramref name="trainSteps"/>.</param>
    /// <param name="offset">What <see cref="TimestepSpacing.Leading"/> adds to every timestep.</param>
    /// <returns><paramref name="steps"/> timesteps, decreasing.</returns>
    public static int[] SingleStep(TimestepSpacing spacing, int trainSteps, int steps, int offset = 0) => spacing switch
    {
        TimestepSpacing.Leading => Descending(steps, i => (i * (trainSteps / steps)) + offset),
        TimestepSpacing.Trailing => Trailing(trainSteps, steps),
        TimestepSpacing.Linspace => Descending(steps, i => Round(i * (trainSteps - 1.0) / Math.Max(steps - 1, 1))),
        _ => throw new ArgumentOutOfRangeException(nameof(spacing)),
    };

    /// <summary>
    /// The grid of diffusers' DPMSolverMultistepScheduler: as if there were one step more, whose evaluation at the
    /// lowest timestep is left out.
    /// </summary>
    /// <inheritdoc cref="SingleStep"/>
    public static int[] MultiStep(TimestepSpacing spacing, int trainSteps, int steps, int offset = 0) => spacing switch
    {
        TimestepSpacing.Leading => Descending(steps, i => ((i + 1) * (trainSteps / (steps + 1))) + offset),
        TimestepSpacing.Trailing => Trailing(trainSteps, steps),
        TimestepSpacing.Linspace => Descending(steps, i => Round((i + 1) * (trainSteps - 1.0) / steps)),
        _ => throw new ArgumentOutOfRangeException(nameof(spacing)),
    };

    private static int[] Trailing(int trainSteps, int steps) =>
        Descending(steps, i => Round(trainSteps - ((steps - 1 - i) * ((double)trainSteps / steps))) - 1);

    private static int[] Descending(int steps, Func<int, int> timestepFromBelow) =>
        [.. Enumerable.Range(0, steps).Reverse().Select(timestepFromBelow)];

    // Half to even, as numpy rounds.
    private static int Round(double value) => (int)Math.Round(value, MidpointRounding.ToEven);
}
