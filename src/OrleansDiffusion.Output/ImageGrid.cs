namespace OrleansDiffusion.Output;

/// <summary>All samples in one picture, row by row, in a grid about as many images wide as high.</summary>
public sealed class ImageGrid
{
    private const int Gap = 2;

    // Seen beside black and white images alike, and lighter than the tile of a lost sample.
    private const byte Background = 192;

    // What is smaller can hardly be made out on a screen.
    private const int SmallestSide = 64;

    private readonly ImageShape _image;
    private readonly int _columns;
    private readonly int _scale;

    /// <summary>Plans a grid.</summary>
    /// <param name="image">What the samples are.</param>
    /// <param name="count">How many there are, positive.</param>
    public ImageGrid(ImageShape image, int count)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        _image = image;
        _columns = (int)Math.Ceiling(Math.Sqrt(count));

        // Images are never resampled, but a small one is shown with every pixel as a square of them: by the least
        // factor that makes its longer side 64 (8 x 8 images times 8, digits of 28 x 28 times 3).
        _scale = (SmallestSide - 1 + LongerSide) / LongerSide;
        var rows = (count + _columns - 1) / _columns;
        Height = Top(rows);
        Width = Left(_columns);
    }

    /// <summary>Rows of the picture.</summary>
    public int Height { get; }

    /// <summary>Pixels of a row.</summary>
    public int Width { get; }

    /// <summary>Whether it has more than <see cref="ImageShape.LongestSide"/> pixels a side, so that it cannot be written.</summary>
    public bool IsTooLarge => Math.Max(Height, Width) > ImageShape.LongestSide;

    private int LongerSide => Math.Max(_image.Height, _image.Width);

    /// <summary>Writes a PNG.</summary>
    /// <param name="destination">Where to.</param>
    /// <param name="samples">The values of all samples, one after the other, channels first.</param>
    /// <exception cref="IOException">It could not be encoded.</exception>
    public void WriteTo(Stream destination, ReadOnlySpan<float> samples)
    {
        using var picture = new Picture(_image.IsGrey, Height, Width);
        picture.Fill(Background);
        var elements = _image.Channels * _image.Height * _image.Width;
        for (var n = 0; n < samples.Length / elements; n++)
        {
            var sample = samples.Slice(n * elements, elements);
            SampleImage.Draw(sample, _image, picture, Left(n % _columns), Top(n / _columns), _scale);
        }

        picture.WriteTo(destination);
    }

    // Where a column or row begins: a gap lies before each, and behind the last.
    private int Left(int column) => Gap + (column * ((_image.Width * _scale) + Gap));

    private int Top(int row) => Gap + (row * ((_image.Height * _scale) + Gap));
}
