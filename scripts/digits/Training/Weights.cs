using OrleansDiffusion.Digits.Data;
using static TorchSharp.torch;

namespace OrleansDiffusion.Digits.Training;

/// <summary>
/// The trained parameters of a network by name, made when the network asks for them: with torch's defaults, except that
/// what ends a residual branch starts at zero, so that every branch starts as the identity.
/// </summary>
/// <param name="device">Where they live.</param>
/// <param name="seed">Of the training.</param>
internal sealed class Weights(Device device, int seed) : IDisposable
{
    private static readonly string[] Zero = ["conv2.weight", "to_out.0.weight", "conv_out.weight"];

    private readonly Dictionary<string, Tensor> _values = [];

    /// <summary>Where they live.</summary>
    public Device Device => device;

    /// <summary>Of the training.</summary>
    public int Seed => seed;

    /// <summary>All of them.</summary>
    public IReadOnlyDictionary<string, Tensor> Values => _values;

    /// <summary>Makes a parameter; of a layer's, the weight comes first.</summary>
    /// <param name="name">Its name, <c>….weight</c> or <c>….bias</c>.</param>
    /// <param name="shape">Its shape.</param>
    public Tensor Make(string name, long[] shape)
    {
        var random = new Random(Seeds.Of(seed, _values.Count));
        var (center, spread) = Start(name, shape);
        var values = new float[shape.Aggregate(1L, (product, size) => product * size)];
        for (var i = 0; i < values.Length; i++)
            values[i] = center + (spread * ((random.NextSingle() * 2) - 1));

        using var made = tensor(values, shape, ScalarType.Float32);
        return _values[name] = made.to(device, copy: true).requires_grad_();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var value in _values.Values)
            value.Dispose();
    }

    private (float Center, float Spread) Start(string name, long[] shape)
    {
        var isBias = name.EndsWith(".bias", StringComparison.Ordinal);
        var ofLayer = isBias ? _values[$"{name[..^"bias".Length]}weight"].shape : shape;
        if (ofLayer.Length == 1)
            return (isBias ? 0 : 1, 0); // a norm
        if (Zero.Any(end => name.EndsWith(end, StringComparison.Ordinal)))
            return (0, 0);
        if (name == "class_embedding.weight")
            return (0, 0.5f);

        var inputs = ofLayer.Skip(1).Aggregate(1L, (product, size) => product * size);
        return (0, 1 / MathF.Sqrt(inputs));
    }
}
