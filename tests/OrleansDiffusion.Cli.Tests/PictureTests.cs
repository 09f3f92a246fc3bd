using SkiaSharp;

namespace OrleansDiffusion.Cli.Tests;

public sealed class PictureTests : IDisposable
{
    private readonly Odiff _odiff = new();

    public void Dispose() => _odiff.Dispose();

    [Fact]
    public async Task A_png_shows_the_points_and_a_title()
    {
        await _odiff.Sample("--count 100 --out samples.png");

        Assert.Equal([0x89, .. "PNG\r\n"u8, 0x1A, (byte)'\n'], _odiff.Bytes("samples.png")[..8]);
        using var picture = SKBitmap.Decode(_odiff.PathOf("samples.png"));
        Assert.Equal((800, 800), (picture.Width, picture.Height));
        Assert.Equal(SKColors.White, picture.GetPixel(2, 2));

        // Points are blue and lie in all four quarters; a title is dark and wider than a mark.
        foreach (var (x, y) in new[] { (50, 50), (400, 50), (50, 400), (400, 400) })
            Assert.InRange(Pixels(picture, new SKRectI(x, y, x + 350, y + 350)).Count(IsBlue), 100, 50_000);
        var title = Columns(picture, new SKRectI(50, 2, 750, 38), IsDark);
        Assert.InRange(title.Count, 100, 700);
        Assert.InRange((title.Min() + title.Max()) / 2, 370, 430);
    }

    [Fact]
    public async Task The_points_of_a_picture_are_the_samples()
    {
        await _odiff.Sample("--count 1 --out few.png");
        await _odiff.Sample("--count 200 --out many.png");

        using var few = SKBitmap.Decode(_odiff.PathOf("few.png"));
        using var many = SKBitmap.Decode(_odiff.PathOf("many.png"));
        var whole = new SKRectI(0, 0, 800, 800);
        Assert.InRange(Pixels(few, whole).Count(IsBlue), 10, 80);
        Assert.InRange(Pixels(many, whole).Count(IsBlue), 2000, 200 * 80);
    }

    private static bool IsBlue(SKColor colour) => colour.Blue > colour.Red + 50;

    private static bool IsDark(SKColor colour) => colour is { Red: < 100, Green: < 100, Blue: < 100 };

    private static IEnumerable<SKColor> Pixels(SKBitmap picture, SKRectI area) =>
        from y in Enumerable.Range(area.Top, area.Height)
        from x in Enumerable.Range(area.Left, area.Width)
        select picture.GetPixel(x, y);

    private static List<int> Columns(SKBitmap picture, SKRectI area, Func<SKColor, bool> holds) =>
        [.. Enumerable.Range(area.Left, area.Width)
            .Where(x => Pixels(picture, new SKRectI(x, area.Top, x + 1, area.Bottom)).Any(holds))];
}
