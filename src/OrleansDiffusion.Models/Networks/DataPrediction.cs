using OrleansDiffusion.Sampling;
using static TorchSharp.torch;

namespace OrleansDiffusion.Models.Networks;

/// <summary>D from what a network predicts, and what its scheduler and its classes make of it.</summary>
internal static class DataPrediction
{
    /// <summary>D for rows of x.</summary>
    /// <param name="prediction">What the network predicts.</param>
    /// <param name="x">[rows, …].</param>
    /// <param name="output">What the network said of x, of its shape. It is not written to, and may be returned.</param>
    /// <param name="levels">The noise level of every row.</param>
    public static Tensor Of(Prediction prediction, Tensor x, Tensor output, ReadOnlySpan<NoiseLevel> levels)
    {
        if (prediction == Prediction.Sample)
            return output;
        var alpha = RowTensors.Column(levels, level => level.Alpha, x);
        var sigma = RowTensors.Column(levels, level => level.Sigma, x);
        return prediction == Prediction.Epsilon ? (x - (sigma * output)) / alpha : (alpha * x) - (sigma * output);
    }

    /// <summary>A network's denoiser as it is sampled: guided, if it has a null class, and then clipped, if it is to be.</summary>
    public static IDenoiser Complete(IDenoiser denoiser, int? nullClass, SchedulerConfig scheduler)
    {
        if (nullClass is { } label)
            denoiser = new GuidedDenoiser(denoiser, label);
        return scheduler.ClipSample ? new ClippedDenoiser(denoiser, scheduler.ClipSampleRange) : denoiser;
    }
}
