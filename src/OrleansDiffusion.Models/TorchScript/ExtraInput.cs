using OrleansDiffusion.Models.Networks;
using static TorchSharp.torch;

namespace OrleansDiffusion.Models.TorchScript;

/// <summary>A constant that a module's forward takes besides, the same for every row.</summary>
internal sealed record ExtraInput
{
    private const long MostExact = 1L << 53;

    /// <summary>What it is, for a person: forward takes its inputs in their order.</summary>
    public string Name { get; init; } = "";

    /// <summary><c>float32</c> or <c>int64</c>.</summary>
    public string Dtype { get; init; } = "float32";

    /// <summary>Its shape in one row; empty for a number.</summary>
    public IReadOnlyList<long> Shape { get; init; } = [];

    /// <summary>Its elements, row by row.</summary>
    public IReadOnlyList<double> Values { get; init; } = [];

    /// <summary>Throws unless the parts match and the values are of the dtype.</summary>
    /// <exception cref="ModelFormatException">Names the entry.</exception>
    public void Validate()
    {
        DiffusersConfig.Require(Name.Length > 0, "name", "given");
        DiffusersConfig.OneOf("dtype", Dtype, "float32", "int64");
        var elements = Shape.Count == 0 ? 1 : SampleShape.Elements(Shape);
        DiffusersConfig.Require(Values.Count == elements, "values", $"{elements} numbers, as shape says");
        DiffusersConfig.Require(Values.All(IsOfDtype), "values", $"numbers of the dtype {Dtype}");
    }

    /// <summary>The constant on a device, [1, *<see cref="Shape"/>].</summary>
    public Tensor Create(Device device)
    {
        using var scope = NewDisposeScope();
        var type = Dtype == "int64" ? ScalarType.Int64 : ScalarType.Float32;
        return tensor(Values.ToArray(), [1, .. Shape]).to(type).to(device).MoveToOuterDisposeScope();
    }

    private bool IsOfDtype(double value) => Dtype == "int64"
        ? Math.Abs(value) <= MostExact && value == Math.Truncate(value)
        : float.IsFinite((float)value);
}
