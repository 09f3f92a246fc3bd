using OrleansDiffusion.Output;
using SkiaSharp;

namespace OrleansDiffusion.Cli.Tests;

/// <summary>No mixture loses one sample of several, so the grid is given them itself.</summary>
public class LostImageTests
{
    [Theory]
    [InlineData(64, 64)]
    [InlineData(64, 200)]
    [InlineData(150, 70)]
    public void A_lost_sample_is_marked_and_its_neighbours_are_not(int height, int width)
    {
        var samples = new float[3 * height * width];
        samples.AsSpan(height * width, height * width).Fill(float.NaN);
        samples.AsSpan(2 * height * width).Fill(float.PositiveInfinity);

        using var picture = Grid(new ImageShape(1, height, width), 3, samples);

        var (first, lost, full) = (Tile(0, 0), Tile(0, 1), Tile(1, 0));
        Assert.All(first, pixel => Assert.Equal(128, pixel.Red));
        Assert.All(full, pixel => Assert.Equal(255, pixel.Red));

        // The cross leaves most of the tile, has both diagonals in every row, and is the same from all sides.
        Assert.InRange(lost.Count(pixel => pixel.Red == 0), (2 * Math.Min(height, width)) - 2, lost.Length / 3);
        Assert.All(lost.Where(pixel => pixel.Red != 0), pixel => Assert.Equal(128, pixel.Red));
        Assert.All(lost.Chunk(width), row => Assert.Contains(row, pixel => pixel.Red == 0));
        Assert.Equal(lost, lost.Reverse());

        SKColor[] Tile(int row, int column) =>
        [
            .. from y in Enumerable.Range(2 + (row * (height + 2)), height)
               from x in Enumerable.Range(2 + (column * (width + 2)), width)
               select picture.GetPixel(x, y),
        ];
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(1, 100)]
    public void A_lost_sample_too_small_for_a_cross_is_grey(int height, int width)
    {
        var sample = new float[3 * height * width];
        sample[^1] = float.NaN;

        using var picture = Grid(new ImageShape(3, height, width), 1, sample);

        Assert.Equal(new SKColor(128, 128, 128), picture.GetPixel(2, 2));
        Assert.Equal(new SKColor(128, 128, 128), picture.GetPixel(picture.Width - 3, picture.Height - 3));
    }

    private static SKBitmap Grid(ImageShape shape, int count, float[] samples)
    {
        using var stream = new MemoryStream();
        new ImageGrid(shape, count).WriteTo(stream, samples);
        return SKBitmap.Decode(stream.ToArray());
    }
}
