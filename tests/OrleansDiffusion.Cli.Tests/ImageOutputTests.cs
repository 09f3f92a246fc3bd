using OrleansDiffusion.Tests;
using SkiaSharp;

namespace OrleansDiffusion.Cli.Tests;

public sealed class ImageOutputTests : IDisposable
{
    private const int Gap = 2;
    private const byte Background = 192;
    private const byte GreyType = 0;
    private const byte RgbType = 2;

    private readonly Odiff _odiff = new();

    public ImageOutputTests()
    {
        // Wide enough that values lie on both sides of black and of white, and higher than broad.
        PutMixture("grey", [1, 8, 5], mean: n => (n / 20.0) - 1, stddev: 0.4);
        PutMixture("rgb", [3, 4, 6], mean: n => (n / 24) - 1, stddev: 0.4);
        PutMixture("large", [1, 70, 3], mean: _ => 0, stddev: 0.5);
        PutMixture("plane", [2], mean: _ => 0, stddev: 1);
        PutMixture("lost", [3, 16, 16], mean: _ => 1e30, stddev: 1);
    }

    public void Dispose() => _odiff.Dispose();

    /// <summary>A model, a number of samples, and the grid they make: columns, rows and enlargement.</summary>
    public static TheoryData<string, int, int, int, int> Grids => new()
    {
        { "grey", 1, 1, 1, 8 },
        { "grey", 2, 2, 1, 8 },
        { "grey", 7, 3, 3, 8 },
        { "rgb", 5, 3, 2, 11 },
        { "large", 3, 2, 2, 1 },
    };

    [Theory]
    [MemberData(nameof(Grids))]
    public async Task A_png_shows_the_samples_in_a_grid(string model, int count, int columns, int rows, int scale)
    {
        await Sample(model, count, "grid.png");
        await Sample(model, count, "samples.npy");

        var samples = _odiff.Npy("samples.npy");
        var (height, width) = (samples.Shape[2] * scale, samples.Shape[3] * scale);
        Assert.Equal(samples.Shape[1] == 1 ? GreyType : RgbType, ColourType("grid.png"));
        using var picture = SKBitmap.Decode(_odiff.PathOf("grid.png"));
        Assert.Equal(
            (Gap + (columns * (width + Gap)), Gap + (rows * (height + Gap))), (picture.Width, picture.Height));
        for (var y = 0; y < picture.Height; y++)
        {
            for (var x = 0; x < picture.Width; x++)
            {
                var (column, left) = Math.DivRem(x - Gap, width + Gap);
                var (row, top) = Math.DivRem(y - Gap, height + Gap);
                var sample = (row * columns) + column;
                var isImage = x >= Gap && y >= Gap && left < width && top < height && sample < count;
                var expected = isImage
                    ? Pixel(samples, sample, top / scale, left / scale)
                    : new SKColor(Background, Background, Background);
                Assert.Equal((x, y, expected), (x, y, picture.GetPixel(x, y)));
            }
        }
    }

    [Theory]
    [InlineData("grey", GreyType)]
    [InlineData("rgb", RgbType)]
    public async Task A_folder_holds_an_npy_and_a_png_a_sample(string model, byte colourType)
    {
        await Sample(model, 2, "folder");
        await Sample(model, 2, "samples.npy");

        string[] files = ["folder/00000.npy", "folder/00000.png", "folder/00001.npy", "folder/00001.png"];
        Assert.Equal(files, _odiff.Left.Where(file => file.StartsWith("folder/", StringComparison.Ordinal)));
        var samples = _odiff.Npy("samples.npy");
        Assert.Equal(samples.Values, files.Where(IsNpy).SelectMany(file => _odiff.Npy(file).Values));
        foreach (var n in new[] { 0, 1 })
        {
            var file = $"folder/0000{n}.png";
            Assert.Equal(colourType, ColourType(file));
            using var picture = SKBitmap.Decode(_odiff.PathOf(file));
            Assert.Equal((samples.Shape[2], samples.Shape[3]), (picture.Height, picture.Width));
            var expected =
                from y in Enumerable.Range(0, picture.Height)
                from x in Enumerable.Range(0, picture.Width)
                select Pixel(samples, n, y, x);
            Assert.Equal(expected, picture.Pixels);
        }
    }

    [Theory]
    [InlineData("grey", 3, 2, 2)]
    [InlineData("grey", 2, 2, 0)]
    [InlineData("plane", 2, 2, 2)]
    public async Task Numbered_files_of_an_earlier_run_stay_and_are_told(
        string model, int before, int count, int others)
    {
        await Sample("grey", before, "folder");
        _odiff.Put("folder/notes.png", "");
        var files = _odiff.Left.ToArray();

        var result = await Sample(model, count, "folder");

        Assert.Equal(files, _odiff.Left);
        var notes = result.Error.Split('\n').Where(line => line.StartsWith("note: ", StringComparison.Ordinal));
        string[] expected = [$"note: folder also holds {others} numbered files that are not of this run"];
        Assert.Equal(others == 0 ? [] : expected, notes);
    }

    [Fact]
    public async Task Lost_samples_are_marked_in_a_grid_and_in_a_folder()
    {
        foreach (var place in new[] { "grid.png", "folder" })
        {
            var result = await _odiff.Run($"sample --model lost.json --count 1 --sampler ddim --steps 5 --out {place}");
            Assert.Equal(1, result.ExitCode);
            Assert.Contains("1 samples were lost", result.Error, StringComparison.Ordinal);
        }

        using var grid = SKBitmap.Decode(_odiff.PathOf("grid.png"));
        using var single = SKBitmap.Decode(_odiff.PathOf("folder/00000.png"));
        Assert.Equal((Gap + 64 + Gap, 16), (grid.Width, single.Width));
        var (ground, cross) = (new SKColor(128, 128, 128), SKColors.Black);
        foreach (var (x, y) in new[] { (0, 0), (6, 6), (0, 15), (15, 0) })
            Assert.Equal(cross, single.GetPixel(x, y));
        foreach (var (x, y) in new[] { (7, 0), (15, 8), (8, 15) })
            Assert.Equal(ground, single.GetPixel(x, y));
        Assert.Equal(
            single.Pixels,
            from y in Enumerable.Range(0, 16)
            from x in Enumerable.Range(0, 16)
            select grid.GetPixel(Gap + (4 * x), Gap + (4 * y)));
    }

    private static bool IsNpy(string file) => file.EndsWith(".npy", StringComparison.Ordinal);

    /// <summary>What a pixel of a sample is to look like.</summary>
    private static SKColor Pixel(NpyArray samples, int sample, int y, int x)
    {
        var (channels, height, width) = (samples.Shape[1], samples.Shape[2], samples.Shape[3]);
        return new SKColor(Level(0), Level(channels / 2), Level(channels - 1));

        byte Level(int channel)
        {
            var value = samples.Values[(((((sample * channels) + channel) * height) + y) * width) + x];
            return (byte)Math.Clamp(Math.Round((value + 1.0) / 2 * 255), 0, 255);
        }
    }

    // Behind the signature, the header's length and name, two sizes and the bits a channel, which are eight.
    private byte ColourType(string file)
    {
        var bytes = _odiff.Bytes(file);
        Assert.Equal(8, bytes[24]);
        return bytes[25];
    }

    private async Task<ChildResult> Sample(string model, int count, string place)
    {
        var result = await _odiff.Run(
            $"sample --model {model}.json --count {count} --seed 3 --sampler ddim --steps 20 --out {place}");
        Assert.Equal((0, place), (result.ExitCode, result.ExitCode == 0 ? place : result.Error));
        return result;
    }

    private void PutMixture(string name, int[] shape, Func<int, double> mean, double stddev)
    {
        var sizes = string.Join(',', shape);
        var means = string.Join(',', Enumerable.Range(0, shape.Aggregate((all, size) => all * size)).Select(mean));
        _odiff.Put($"{name}.json", $$"""
            {"kind":"gaussian-mixture","shape":[{{sizes}}],"weights":[1],"means":[[{{means}}]],"stddevs":[{{stddev}}]}
            """);
    }
}
