using static TorchSharp.torch;

namespace OrleansDiffusion.Models.Safetensors;

/// <summary>A number format that is read and written.</summary>
/// <param name="Name">Its name in a header.</param>
/// <param name="Type">Its name in libtorch.</param>
/// <param name="Width">Bytes of a number.</param>
internal sealed record SafetensorsDtype(string Name, ScalarType Type, int Width)
{
    /// <summary>All of them, in the order in which tensors are put into a file: the wide ones first, so that each is
    /// aligned, and otherwise as the reference implementation does.</summary>
    public static IReadOnlyList<SafetensorsDtype> All { get; } =
    [
        new("I64", ScalarType.Int64, 8),
        new("F32", ScalarType.Float32, 4),
        new("BF16", ScalarType.BFloat16, 2),
        new("F16", ScalarType.Float16, 2),
    ];

    /// <summary>The names of all, for a message.</summary>
    public static string Names { get; } = string.Join(", ", All.Select(dtype => dtype.Name));

    /// <summary>The format of this name, or null.</summary>
    public static SafetensorsDtype? Named(string name) => All.FirstOrDefault(dtype => dtype.Name == name);

    /// <summary>The format of such a tensor, or null.</summary>
    public static SafetensorsDtype? Of(ScalarType type) => All.FirstOrDefault(dtype => dtype.Type == type);
}
