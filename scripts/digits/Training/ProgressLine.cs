using System.Diagnostics;

namespace OrleansDiffusion.Digits.Training;

/// <summary>Says every so often, in one line, how a training goes.</summary>
/// <param name="steps">Steps of the training.</param>
/// <param name="batch">Images a step.</param>
/// <param name="firstStep">The step it starts or goes on with.</param>
internal sealed class ProgressLine(long steps, int batch, long firstStep)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(20);

    private readonly Stopwatch _sinceStart = Stopwatch.StartNew();
    private readonly Stopwatch _sinceLine = Stopwatch.StartNew();
    private double? _loss;

    /// <summary>Counts a step.</summary>
    /// <param name="step">The step, from 0.</param>
    /// <param name="loss">Its loss; the line shows a mean over about 100 steps.</param>
    public void Step(long step, double loss)
    {
        _loss = _loss is { } mean ? mean + (0.01 * (loss - mean)) : loss;
        if (_sinceLine.Elapsed < Interval && step + 1 < steps)
            return;
        _sinceLine.Restart();
        var perSecond = (step + 1 - firstStep) / _sinceStart.Elapsed.TotalSeconds;
        var left = TimeSpan.FromSeconds(Math.Round((steps - step - 1) / perSecond));
        Console.WriteLine($"step {step + 1} of {steps}  loss {_loss:f4}  {perSecond * batch:f0} images/s  {left:c} left");
    }
}
