namespace OrleansDiffusion.Models;

/// <summary>A mixture of isotropic Gaussians over flattened samples.</summary>
/// <param name="Shape">Shape of a sample.</param>
/// <param name="Weights">Weights of the components, positive; they need not sum to 1.</param>
/// <param name="Means">The flattened mean of every component.</param>
/// <param name="Stddevs">Standard deviation of every component, positive.</param>
public sealed record MixtureParameters(
    IReadOnlyList<long> Shape,
    IReadOnlyList<double> Weights,
    IReadOnlyList<IReadOnlyList<double>> Means,
    IReadOnlyList<double> Stddevs)
{
    /// <summary>Throws if the parts do not match or hold unusable numbers.</summary>
    /// <exception cref="ModelFormatException">Says in one line what is wrong.</exception>
    public void Validate()
    {
        var elements = SampleShape.Elements(Shape);
        if (Weights.Count == 0)
            throw new ModelFormatException("weights must have at least one entry");
        CheckCount("means", Means.Count);
        CheckCount("stddevs", Stddevs.Count);
        CheckAll("weights", Weights, weight => weight > 0, "positive");
        CheckAll("stddevs", Stddevs, stddev => stddev > 0, "positive");
        for (var k = 0; k < Means.Count; k++)
        {
            if (Means[k].Count != elements)
                throw new ModelFormatException(
                    $"means[{k}] has {Means[k].Count} entries, shape [{string.Join(", ", Shape)}] needs {elements}");
            CheckAll($"means[{k}]", Means[k], _ => true, "finite");
        }
    }

    private void CheckCount(string name, int count)
    {
        if (count != Weights.Count)
            throw new ModelFormatException($"{name} has {count} entries, weights has {Weights.Count}: one per component");
    }

    private static void CheckAll(string name, IReadOnlyList<double> values, Func<double, bool> isUsable, string allowed)
    {
        for (var i = 0; i < values.Count; i++)
        {
            if (!double.IsFinite(values[i]) || !isUsable(values[i]))
                throw new ModelFormatException($"{name}[{i}] must be {allowed}, was {values[i]}");
        }
    }
}
