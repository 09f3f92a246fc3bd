using OrleansDiffusion.Safetensors;
using static TorchSharp.torch;

namespace OrleansDiffusion.Models.Safetensors;

/// <summary>A tensor that is written to a file.</summary>
internal sealed record TensorPart(string Name, SafetensorsDtype Dtype, Tensor Tensor)
    : SafetensorsPart(Name, Dtype, Tensor.shape)
{
    /// <summary>The part of a named tensor.</summary>
    /// <exception cref="ArgumentException">Its dtype cannot be written.</exception>
    public static TensorPart Of(KeyValuePair<string, Tensor> pair)
    {
        var (name, tensor) = pair;
        var dtype = TensorDtypes.Of(tensor.dtype) ?? throw new ArgumentException(
            $"tensor '{Printable.Of(name)}' must be one of {SafetensorsDtype.Names}, is {tensor.dtype}", nameof(pair));
        return new TensorPart(name, dtype, tensor);
    }
}
