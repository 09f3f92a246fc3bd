using OrleansDiffusion.Safetensors;
using static TorchSharp.torch;

namespace OrleansDiffusion.Models.Safetensors;

/// <summary>What the number formats of files are called in libtorch.</summary>
internal static class TensorDtypes
{
    private static readonly Dictionary<SafetensorsDtype, ScalarType> Types = new()
    {
        [SafetensorsDtype.I64] = ScalarType.Int64,
        [SafetensorsDtype.F32] = ScalarType.Float32,
        [SafetensorsDtype.BF16] = ScalarType.BFloat16,
        [SafetensorsDtype.F16] = ScalarType.Float16,
    };

    /// <summary>The type of tensors of this format.</summary>
    public static ScalarType Of(SafetensorsDtype dtype) => Types[dtype];

    /// <summary>The format of such a tensor, or null.</summary>
    public static SafetensorsDtype? Of(ScalarType type) => Types.FirstOrDefault(pair => pair.Value == type).Key;
}
