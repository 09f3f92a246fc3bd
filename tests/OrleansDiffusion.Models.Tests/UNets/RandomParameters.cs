using static TorchSharp.torch;

namespace OrleansDiffusion.Models.Tests.UNets;

/// <summary>Random parameters for a network, and a record of those that it asked for.</summary>
internal sealed class RandomParameters(int seed)
{
    private readonly Random _random = new(seed);
    private readonly Dictionary<string, Tensor> _given = [];

    /// <summary>What was asked for, by name.</summary>
    public IReadOnlyDictionary<string, Tensor> Given => _given;

    /// <summary>Makes a parameter; fails if it is asked for a second time.</summary>
    public Tensor Get(string name, long[] shape)
    {
        // Of a size at which signals neither die out nor explode: by the number of inputs, norms about 1.
        var deviation = 1 / Math.Sqrt(shape.Skip(1).Aggregate(1L, (product, size) => product * size));
        var mean = name.Contains("norm", StringComparison.Ordinal) && shape.Length == 1 ? 1.0 : 0;
        var values = new float[shape.Aggregate(1L, (product, size) => product * size)];
        for (var i = 0; i < values.Length; i++)
            values[i] = (float)(mean + (deviation * ((2 * _random.NextDouble()) - 1)));
        var parameter = tensor(values, shape);
        _given.Add(name, parameter);
        return parameter;
    }
}
