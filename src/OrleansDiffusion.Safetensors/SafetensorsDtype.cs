namespace OrleansDiffusion.Safetensors;

/// <summary>A number format that is read and written.</summary>
/// <param name="Name">Its name in a header.</param>
/// <param name="Width">Bytes of a number.</param>
public sealed record SafetensorsDtype(string Name, int Width)
{
    /// <summary>Whole numbers of 64 bits.</summary>
    public static SafetensorsDtype I64 { get; } = new("I64", 8);

    /// <summary>Floating-point numbers of 32 bits.</summary>
    public static SafetensorsDtype F32 { get; } = new("F32", 4);

    /// <summary>The upper halves of floating-point numbers of 32 bits.</summary>
    public static SafetensorsDtype BF16 { get; } = new("BF16", 2);

    /// <summary>Floating-point numbers of 16 bits.</summary>
    public static SafetensorsDtype F16 { get; } = new("F16", 2);

    /// <summary>All of them, in the order in which tensors are put into a file: the wide ones first, so that each is
    /// aligned, and otherwise as the reference implementation does.</summary>
    public static IReadOnlyList<SafetensorsDtype> All { get; } = [I64, F32, BF16, F16];

    /// <summary>The names of all, for a message.</summary>
    public static string Names { get; } = string.Join(", ", All.Select(dtype => dtype.Name));

    /// <summary>The format of this name, or null.</summary>
    public static SafetensorsDtype? Named(string name) => All.FirstOrDefault(dtype => dtype.Name == name);
}
