namespace OrleansDiffusion.Digits.Training;

/// <summary>The learning rate over a training: up to its peak in a line, then down to 0 along a cosine.</summary>
/// <param name="Peak">The largest rate.</param>
/// <param name="Steps">Steps of the training.</param>
internal sealed record LearningRate(double Peak, long Steps)
{
    private long WarmUp => Math.Min(500, Steps / 10);

    /// <summary>The rate of a step.</summary>
    /// <param name="step">The step, from 0.</param>
    public double At(long step) => step < WarmUp
        ? Peak * (step + 1) / WarmUp
        : Peak * 0.5 * (1 + Math.Cos(Math.PI * (step - WarmUp) / (Steps - WarmUp)));
}
