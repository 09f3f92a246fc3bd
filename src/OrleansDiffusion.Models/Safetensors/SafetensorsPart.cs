using static TorchSharp.torch;

namespace OrleansDiffusion.Models.Safetensors;

/// <summary>A tensor that is written to a file.</summary>
internal sealed record SafetensorsPart(string Name, Tensor Tensor, SafetensorsDtype Dtype)
{
    /// <summary>Bytes of its values.</summary>
    public long Bytes => Tensor.NumberOfElements * Dtype.Width;

    /// <summary>Checks tensors and puts them in the order of a file: by dtype, then by name.</summary>
    /// <exception cref="ArgumentException">Names or dtypes cannot be written.</exception>
    public static IReadOnlyList<SafetensorsPart> Ordered(IEnumerable<KeyValuePair<string, Tensor>> tensors)
    {
        var parts = tensors.Select(Of).ToList();
        if (parts.CountBy(part => part.Name).FirstOrDefault(name => name.Value > 1).Key is { } repeated)
            throw new ArgumentException($"two tensors are named '{Printable.Of(repeated)}'", nameof(tensors));
        var ranks = SafetensorsDtype.All.ToList();
        return [.. parts.OrderBy(part => ranks.IndexOf(part.Dtype)).ThenBy(part => part.Name, StringComparer.Ordinal)];
    }

    private static SafetensorsPart Of(KeyValuePair<string, Tensor> pair)
    {
        var (name, tensor) = pair;
        if (name == SafetensorsHeader.MetadataName)
            throw new ArgumentException($"a tensor cannot be named {name}", nameof(pair));
        var dtype = SafetensorsDtype.Of(tensor.dtype) ?? throw new ArgumentException(
            $"tensor '{Printable.Of(name)}' must be one of {SafetensorsDtype.Names}, is {tensor.dtype}", nameof(pair));
        return new SafetensorsPart(name, tensor, dtype);
    }
}
