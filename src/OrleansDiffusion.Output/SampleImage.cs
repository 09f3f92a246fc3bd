using System.Numerics.Tensors;

namespace OrleansDiffusion.Output;

/// <summary>A sample drawn as an image.</summary>
public static class SampleImage
{
    private const byte LostGround = 128;
    private const byte LostCross = 0;

    /// <summary>
    /// Draws a sample at a place: -1 is black, 1 is full, what lies beyond them is cut. A lost sample, which holds NaN,
    /// is a grey tile with a cross.
    /// </summary>
    /// <param name="sample">Values, channels first.</param>
    /// <param name="shape">Their shape.</param>
    /// <param name="picture">The picture to draw in.</param>
    /// <param name="left">Where the image begins.</param>
    /// <param name="top">Where the image begins.</param>
    /// <param name="scale">Pixels that a value becomes, across and down.</param>
    public static void Draw(
        ReadOnlySpan<float> sample, ImageShape shape, Picture picture, int left = 0, int top = 0, int scale = 1)
    {
        ArgumentNullException.ThrowIfNull(shape);
        ArgumentNullException.ThrowIfNull(picture);
        var isLost = TensorPrimitives.IsNaNAny(sample);
        for (var y = 0; y < shape.Height * scale; y++)
        {
            var row = picture.Row(top + y)[(left * picture.PixelBytes)..];
            for (var x = 0; x < shape.Width * scale; x++)
            {
                var pixel = row.Slice(x * picture.PixelBytes, shape.Channels);
                if (isLost)
                    pixel.Fill(IsOnCross(shape, y / scale, x / scale) ? LostCross : LostGround);
                else
                    Copy(sample, shape, y / scale, x / scale, pixel);
            }
        }
    }

    /// <summary>Writes a sample as a PNG, a pixel a value.</summary>
    /// <param name="destination">Where to.</param>
    /// <param name="sample">Values, channels first.</param>
    /// <param name="shape">Their shape.</param>
    /// <exception cref="IOException">It could not be encoded.</exception>
    public static void WritePng(Stream destination, ReadOnlySpan<float> sample, ImageShape shape)
    {
        ArgumentNullException.ThrowIfNull(shape);
        using var picture = new Picture(shape.IsGrey, shape.Height, shape.Width);
        Draw(sample, shape, picture);
        picture.WriteTo(destination);
    }

    private static void Copy(ReadOnlySpan<float> sample, ImageShape shape, int y, int x, Span<byte> pixel)
    {
        for (var channel = 0; channel < pixel.Length; channel++)
            pixel[channel] = Level(sample[(((channel * shape.Height) + y) * shape.Width) + x]);
    }

    private static byte Level(float value) => (byte)Math.Round(Math.Clamp((value + 1.0) / 2 * 255, 0, 255));

    // Both diagonals, from corner to corner, a sixteenth of the shorter side wide. Of less than three pixels a side
    // they would leave nothing grey.
    private static bool IsOnCross(ImageShape shape, int y, int x)
    {
        var (height, width) = (shape.Height, shape.Width);
        var shorter = Math.Min(height, width);
        var thickness = Math.Max(height, width) * Math.Max(1, shorter / 16);
        var across = ((2 * x) + 1) * height;
        var down = ((2 * y) + 1) * width;
        return shorter > 2
            && (Math.Abs(across - down) <= thickness || Math.Abs(across + down - (2 * height * width)) <= thickness);
    }
}
