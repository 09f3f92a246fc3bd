using OrleansDiffusion.Sampling;
using static TorchSharp.torch;

namespace OrleansDiffusion.Models;

/// <summary>
/// The exact denoiser of a mixture of isotropic Gaussians, Σ_k w_k N(m_k, s_k² I): the yardstick for samplers, since
/// its D is known in closed form at every noise level.
/// </summary>
/// <remarks>
/// With v_k = α² s_k² + σ² and r_k ∝ w_k N(x; α m_k, v_k I):
/// D(x) = Σ_k r_k (m_k + κ_k (x − α m_k)), κ_k = α s_k²/v_k.
/// The responsibilities r_k are computed in float64 whatever the dtype of x: their logarithms are differences of
/// numbers of the size of the dimension, which float32 does not resolve.
/// </remarks>
public sealed class GaussianMixture : IDenoiser, IDisposable
{
    // The float64 intermediates of a call stay within the cache.
    private const int MostElements = 1 << 18;

    private readonly Tensor _means;      // [components, d], float64
    private readonly Tensor _variances;  // [components]
    private readonly Tensor _logWeights; // [components]
    private readonly Tensor _meanNorms;  // ‖m_k‖², [components]
    private readonly Tensor _halfElements; // d/2
    private readonly int _elements;

    /// <summary>A mixture from its file's content.</summary>
    /// <param name="parameters">Weights, means and standard deviations.</param>
    /// <exception cref="ModelFormatException">They do not match, or are not usable numbers.</exception>
    public GaussianMixture(MixtureParameters parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        parameters.Validate();
        Parameters = parameters;
        Shape = parameters.Shape;
        _elements = (int)parameters.Shape.Aggregate(1L, (product, size) => product * size);

        using var scope = NewDisposeScope();
        var weights = tensor(parameters.Weights.ToArray(), ScalarType.Float64);
        _logWeights = (weights / weights.sum()).log().DetachFromDisposeScope();
        _variances = tensor(parameters.Stddevs.Select(s => s * s).ToArray(), ScalarType.Float64).DetachFromDisposeScope();
        _means = tensor(parameters.Means.SelectMany(mean => mean).ToArray(), ScalarType.Float64)
            .view(parameters.Means.Count, _elements).DetachFromDisposeScope();
        _meanNorms = (_means * _means).sum(1).DetachFromDisposeScope();
        _halfElements = tensor(_elements / 2.0).DetachFromDisposeScope();
        DataVariance = Variance(parameters);
    }

    /// <summary>The mixture itself.</summary>
    public MixtureParameters Parameters { get; }

    /// <inheritdoc/>
    public IReadOnlyList<long> Shape { get; }

    /// <inheritdoc/>
    public double DataVariance { get; }

    /// <inheritdoc/>
    public double Sensitivity => 1;

    /// <inheritdoc/>
    public int BatchLimit => Math.Max(1, MostElements / Math.Max(_elements, Parameters.Weights.Count));

    /// <inheritdoc/>
    /// <remarks>x is float32 or float64; conditions are ignored.</remarks>
    public Tensor Denoise(Tensor x, ReadOnlySpan<NoiseLevel> levels, ReadOnlySpan<Condition> conditions)
    {
        ArgumentNullException.ThrowIfNull(x);
        using var scope = NewDisposeScope();
        var alpha = Column(levels, level => level.Alpha);
        var alphaSquared = alpha * alpha;
        var sigmaSquared = Column(levels, level => level.Sigma * level.Sigma);
        var variances = (alphaSquared * _variances).add(sigmaSquared, Scalars.One);                     // v_k
        var flat = x.view(levels.Length, _elements);
        var wide = flat.to(ScalarType.Float64);

        var projections = alpha * wide.matmul(_means.t());                                              // ⟨x, α m_k⟩
        var norms = (wide * wide).sum(1, keepdim: true).add(alphaSquared * _meanNorms, Scalars.One);
        var squaredDistances = norms - projections - projections;
        var logits = _logWeights - (_halfElements * variances.log()) - (squaredDistances / variances.add(variances, Scalars.One));
        var responsibilities = logits.softmax(1);

        var shrink = alpha * _variances / variances;                                                    // κ_k
        var ofX = responsibilities * shrink;
        var ofMeans = (responsibilities - (ofX * alpha)).to(x.dtype);
        return ofMeans.matmul(_means.to(x.dtype))
            .addcmul_(ofX.sum(1, keepdim: true).to(x.dtype), flat, Scalars.One)
            .view(x.shape)
            .MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _means.Dispose();
        _variances.Dispose();
        _logWeights.Dispose();
        _meanNorms.Dispose();
        _halfElements.Dispose();
    }

    private static Tensor Column(ReadOnlySpan<NoiseLevel> levels, Func<NoiseLevel, double> value)
    {
        var column = new double[levels.Length];
        for (var i = 0; i < column.Length; i++)
            column[i] = value(levels[i]);
        return tensor(column).unsqueeze(1);
    }

    // Per element and about the mean over all elements, averaged over the components by weight.
    private static double Variance(MixtureParameters p)
    {
        var total = p.Weights.Sum();
        var mean = p.Weights.Zip(p.Means, (w, m) => w / total * m.Average()).Sum();
        return p.Weights.Select((w, k) =>
            w / total * ((p.Stddevs[k] * p.Stddevs[k]) + p.Means[k].Average(m => (m - mean) * (m - mean)))).Sum();
    }
}
