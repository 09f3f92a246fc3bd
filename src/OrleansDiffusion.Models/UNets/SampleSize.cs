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
        if (reader.TokenType != JsonTokenType.StartArray)
            return new SampleSize(Side(ref reader), Side(ref reader));
        reader.Read();
        var height = Side(ref reader);
        reader.Read();
        var width = Side(ref reader);
        reader.Read();
        return reader.TokenType == JsonTokenType.EndArray ? new SampleSize(height, width) : throw new JsonException();
    }

    public override void Write(Utf8JsonWriter writer, SampleSize value, JsonSerializerOptions options)
    {
        writer.WriteStartArray();
        writer.WriteNumberValue(value.Height);
        writer.WriteNumberValue(value.Width);
        writer.WriteEndArray();
    }

    // An exception without a message is given the option's name by the serializer.
    private static int Side(ref Utf8JsonReader reader) =>
        reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out var side) ? side : throw new JsonException();
}
