using static TorchSharp.torch;

namespace OrleansDiffusion.Models.UNets;

/// <summary>
/// Where a layer takes its parameters from: a source of tensors by name and shape, seen from the layer's place in the
/// network.
/// </summary>
/// <param name="source">Gives the parameter of a name and shape.</param>
/// <param name="prefix">The layer's path, "" at the root.</param>
internal sealed class Parameters(Func<string, long[], Tensor> source, string prefix = "")
{
    /// <summary>The parameters of a part of this layer.</summary>
    public Parameters In(string part) => new(source, prefix.Length == 0 ? part : $"{prefix}.{part}");

    /// <summary>The parameters of a numbered part of this layer.</summary>
    public Parameters In(string part, int index) => In($"{part}.{index}");

    /// <summary>A parameter of this layer.</summary>
    public Tensor Get(string name, params long[] shape) => source($"{prefix}.{name}", shape);
}
