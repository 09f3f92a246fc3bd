using OrleansDiffusion.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace OrleansDiffusion.Digits.Training;

/// <summary>
/// Adam (Kingma and Ba 2015) with the gradient's norm clipped. TorchSharp's own optimizers make temporary Scalars, see
/// <see cref="Scalars"/>; every number here outlives the operation that takes it.
/// </summary>
/// <param name="parameters">What is trained, by name.</param>
internal sealed class Adam(IReadOnlyDictionary<string, Tensor> parameters) : IDisposable
{
    private const double Beta1 = 0.9;
    private const double Beta2 = 0.999;
    private const double MostGradientNorm = 1;

    private static readonly Scalar Beta1Scalar = Beta1;
    private static readonly Scalar OneMinusBeta1 = 1 - Beta1;
    private static readonly Scalar Beta2Scalar = Beta2;
    private static readonly Scalar OneMinusBeta2 = 1 - Beta2;
    private static readonly Scalar Epsilon = 1e-8;

    /// <summary>Running means of the gradients, by parameter.</summary>
    public IReadOnlyDictionary<string, Tensor> Means { get; } = Zeros(parameters);

    /// <summary>Running means of the squared gradients, by parameter.</summary>
    public IReadOnlyDictionary<string, Tensor> Squares { get; } = Zeros(parameters);

    /// <summary>Moves the parameters along their gradients, and clears these.</summary>
    /// <param name="step">Steps taken before this one.</param>
    /// <param name="rate">The learning rate.</param>
    public void Step(long step, double rate)
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        using Scalar minusRate = -rate / (1 - Math.Pow(Beta1, step + 1));
        using Scalar unbias = 1 / Math.Sqrt(1 - Math.Pow(Beta2, step + 1));
        using Scalar clip = Math.Min(1, MostGradientNorm / GradientNorm());
        foreach (var (name, parameter) in parameters)
        {
            var gradient = parameter.grad!;
            var mean = Means[name];
            var square = Squares[name];
            gradient.mul_(clip);
            mean.mul_(Beta1Scalar).add_(gradient, OneMinusBeta1);
            square.mul_(Beta2Scalar).addcmul_(gradient, gradient, OneMinusBeta2);
            parameter.addcdiv_(mean, square.sqrt().mul_(unbias).add_(Epsilon), minusRate);
            gradient.zero_();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var moment in Means.Values.Concat(Squares.Values))
            moment.Dispose();
    }

    private double GradientNorm()
    {
        var squares = parameters.Values.Select(parameter => parameter.grad!).Select(g => g.mul(g).sum()).ToList();
        return Math.Max(Math.Sqrt(Number.Of(stack(squares).sum())), 1e-12);
    }

    private static Dictionary<string, Tensor> Zeros(IReadOnlyDictionary<string, Tensor> parameters) =>
        parameters.ToDictionary(p => p.Key, p => zeros(p.Value.shape, ScalarType.Float32, p.Value.device));
}
