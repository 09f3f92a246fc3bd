using TorchSharp;
using static TorchSharp.torch;

namespace OrleansDiffusion.Digits.Training;

/// <summary>An exponential moving average of the weights: what is sampled from, far less noisy than the weights.</summary>
/// <param name="parameters">The weights, by name.</param>
internal sealed class MovingAverage(IReadOnlyDictionary<string, Tensor> parameters) : IDisposable
{
    private const double Decay = 0.9995;

    /// <summary>The averages, by parameter.</summary>
    public IReadOnlyDictionary<string, Tensor> Values { get; } =
        parameters.ToDictionary(p => p.Key, p => p.Value.detach().clone());

    /// <summary>Takes the weights in.</summary>
    /// <param name="step">Steps taken before this one; the average is short at first, to forget the start.</param>
    public void Update(long step)
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        var decay = Math.Min(Decay, (1.0 + step) / (10.0 + step));
        using Scalar kept = decay;
        using Scalar taken = 1 - decay;
        foreach (var (name, parameter) in parameters)
            Values[name].mul_(kept).add_(parameter, taken);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var value in Values.Values)
            value.Dispose();
    }
}
