using System.Text.Json;
using System.Text.Json.Serialization;

namespace OrleansDiffusion.Models.UNets;

/// <summary>A sample's height and width in pixels. In JSON one number, or a list of the two.</summary>
/// <param name="Height">Rows.</param>
/// <param name="Width">Columns.</param>
[JsonConverter(typeof(SampleSizeConverter))]
public sealed record SampleSize(int Height, int Width)
{
    /// <summary>Whether both sides are positive multiples of a number.</summary>
    public bool IsMultipleOf(int side) => Height > 0 && Width > 0 && Height % side == 0 && Width % side == 0;
}

internal sealed class SampleSizeConverter : JsonConverter<SampleSize>
{
    public override SampleSize Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.Number)
            return new SampleSize(reader.GetInt32(), reader.GetInt32());
        var sides = JsonSerializer.Deserialize<int[]>(ref reader);
        return sides is [var height, var width]
            ? new SampleSize(height, width)
            : throw new JsonException("sample_size must be a number or a list of two");
    }

    public override void Write(Utf8JsonWriter writer, SampleSize value, JsonSerializerOptions options)
    {
        writer.WriteStartArray();
        writer.WriteNumberValue(value.Height);
        writer.WriteNumberValue(value.Width);
        writer.WriteEndArray();
    }
}
