using OrleansDiffusion.Sampling;
using TorchSharp;
using static TorchSharp.torch;

namespace OrleansDiffusion.Models.UNets;

/// <summary>D from what a network predicts, clamped where its scheduler clamps the denoised sample.</summary>
internal sealed class DataPrediction : IDisposable
{
    private readonly Prediction _prediction;
    private readonly Scalar? _least;
    private readonly Scalar? _most;

    public DataPrediction(SchedulerConfig scheduler)
    {
        _prediction = scheduler.Prediction();
        if (scheduler.ClipSample)
            (_least, _most) = (-scheduler.ClipSampleRange, scheduler.ClipSampleRange);
    }

    /// <summary>D for rows of x.</summary>
    /// <param name="x">[rows, …].</param>
    /// <param name="output">What the network said of x, of its shape. It is not written to, and may be returned.</param>
    /// <param name="levels">The noise level of every row.</param>
    public Tensor Of(Tensor x, Tensor output, ReadOnlySpan<NoiseLevel> levels)
    {
        var denoised = Denoised(x, output, levels);
        return _least is null ? denoised : denoised.clamp(_least, _most);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _least?.Dispose();
        _most?.Dispose();
    }

    private Tensor Denoised(Tensor x, Tensor output, ReadOnlySpan<NoiseLevel> levels)
    {
        if (_prediction == Prediction.Sample)
            return output;
        var alpha = RowTensors.Column(levels, level => level.Alpha, x);
        var sigma = RowTensors.Column(levels, level => level.Sigma, x);
        return _prediction == Prediction.Epsilon ? (x - (sigma * output)) / alpha : (alpha * x) - (sigma * output);
    }
}
