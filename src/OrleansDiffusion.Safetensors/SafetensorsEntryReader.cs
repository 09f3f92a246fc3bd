using System.Text.Json;

namespace OrleansDiffusion.Safetensors;

/// <summary>Reads what a header says about one tensor:
/// <c>{"dtype":"F32","shape":[16,3],"data_offsets":[0,192]}</c>. Other fields are passed over.</summary>
internal static class SafetensorsEntryReader
{
    // What libtorch's operations take.
    private const int MostSizes = 64;

    /// <summary>Reads an entry; its sizes multiply to its bytes, which may lie outside the file.</summary>
    /// <exception cref="SafetensorsFormatException">Says what is wrong, without the tensor's name.</exception>
    public static SafetensorsEntry Read(JsonElement entry)
    {
        if (entry.ValueKind != JsonValueKind.Object)
            throw new SafetensorsFormatException($"must be an object, was {entry.ValueKind}");
        var dtype = Dtype(Field(entry, "dtype", JsonValueKind.String).GetString()!);
        var shape = Sizes(entry, "shape", MostSizes);
        var offsets = Sizes(entry, "data_offsets", 2);
        if (offsets.Length != 2)
            throw new SafetensorsFormatException($"data_offsets must be two numbers, were {List(offsets)}");
        CheckLength(dtype, shape, offsets[0], offsets[1]);
        return new SafetensorsEntry(dtype, shape, offsets[0], offsets[1]);
    }

    private static SafetensorsDtype Dtype(string name) =>
        SafetensorsDtype.Named(name)
        ?? throw new SafetensorsFormatException($"dtype must be one of {SafetensorsDtype.Names}, was {Printable.Of(name)}");

    private static JsonElement Field(JsonElement entry, string name, JsonValueKind kind)
    {
        if (!entry.TryGetProperty(name, out var field))
            throw new SafetensorsFormatException($"{name} is missing");
        if (field.ValueKind != kind)
            throw new SafetensorsFormatException($"{name} must be of kind {kind}, was {field.ValueKind}");
        return field;
    }

    private static long[] Sizes(JsonElement entry, string name, int most)
    {
        var list = Field(entry, name, JsonValueKind.Array);
        if (list.GetArrayLength() > most)
            throw new SafetensorsFormatException($"{name} must have at most {most} entries, has {list.GetArrayLength()}");
        return [.. list.EnumerateArray().Select(size => Size(name, size))];
    }

    private static long Size(string name, JsonElement number) =>
        number.ValueKind == JsonValueKind.Number && number.TryGetInt64(out var size) && size >= 0
            ? size
            : throw new SafetensorsFormatException(
                $"{name} must hold whole numbers from 0 to {long.MaxValue}, holds {Printable.Of(number.GetRawText())}");

    private static void CheckLength(SafetensorsDtype dtype, long[] shape, long begin, long end)
    {
        if (end < begin)
            throw new SafetensorsFormatException($"data_offsets are reversed: [{begin}, {end}]");
        var expected = Bytes(dtype, shape);
        if (end - begin != expected)
            throw new SafetensorsFormatException(
                $"{dtype.Name} of shape {List(shape)} takes {expected} bytes, " +
                $"data_offsets [{begin}, {end}] hold {end - begin}");
    }

    // The sizes beside a 0 must not overflow either: libtorch multiplies them for its strides.
    private static long Bytes(SafetensorsDtype dtype, long[] shape)
    {
        var room = long.MaxValue / dtype.Width;
        foreach (var size in shape.Where(size => size > 1))
        {
            room /= size;
            if (room == 0)
                throw new SafetensorsFormatException($"shape {List(shape)} overflows");
        }

        return shape.Aggregate((long)dtype.Width, (product, size) => product * size);
    }

    private static string List(long[] sizes) => Printable.Of($"[{string.Join(", ", sizes)}]");
}
