using OrleansDiffusion.Output;
using OrleansDiffusion.Sampling;

namespace OrleansDiffusion.Cli.Output;

/// <summary>All samples in one picture, row by row, in a grid about as many images wide as high.</summary>
internal sealed class ImageGrid
{
    private const int Gap = 2;

    // Seen beside black and white images alike, and lighter than the tile of a lost sample.
    private const byte Background = 192;

    // What is smaller can hardly be made out on a screen.
    private const int SmallestSide = 64;

    private readonly ImageShape _image;
    private readonly int _columns;
    private readonly int _scale;
    private readonly int _height;
    private readonly int _width;

    /// <summary>Plans a grid.</summary>
    /// <exception cref="InvalidOptionException">It would be too large.</exception>
    public ImageGrid(ImageShape image, int count)
    {
        _image = image;
        _columns = (int)Math.Ceiling(Math.Sqrt(count));

        // Images are never resampled, but a small one is shown with every pixel as a square of them: by the least
        // factor that makes its longer side 64 (8 x 8 images times 8, digits of 28 x 28 times 3).
        _scale = (SmallestSide - 1 + LongerSide) / LongerSide;
        var rows = (count + _columns - 1) / _columns;
        _height = Top(rows);
        _width = Left(_columns);
        if (Math.Max(_height, _width) > ImageShape.LongestSide)
        {
            throw new InvalidOptionException("out",
                $"must be a folder, .npy or .safetensors for {count} images of {image.Width} x {image.Height}: "
                + $"their .png would be {_width} x {_height} pixels, "
                + $"at most {ImageShape.LongestSide} a side are allowed");
        }
    }

    private int LongerSide => Math.Max(_image.Height, _image.Width);

    public void WriteTo(Stream destination, ReadOnlySpan<float> samples)
    {
        using var picture = new Picture(_image.IsGrey, _height, _width);
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
