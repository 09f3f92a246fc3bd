using OrleansDiffusion.Output;

namespace OrleansDiffusion.Cli.Output;

/// <summary>
/// A folder of one <c>.npy</c> a sample, named by its number, and of one <c>.png</c> beside it where samples are
/// images. What else lies there stays, also numbered files, which an earlier, larger run may have left: a data set may
/// be numbered like this too, and is not to be deleted. A note on stderr tells of them.
/// </summary>
internal sealed class SampleFolder(string path, IReadOnlyList<long> shape)
{
    private const int SmallestDigits = 5;

    private readonly ImageShape? _image = ImageShape.Of(shape);

    public void Write(float[] samples)
    {
        var elements = (int)shape.Aggregate(1L, (product, size) => product * size);
        var count = samples.Length / elements;
        var digits = Math.Max(SmallestDigits, $"{count - 1}".Length);
        for (var n = 0; n < count; n++)
        {
            var sample = samples.AsMemory(n * elements, elements);
            var file = Path.Combine(path, $"{n}".PadLeft(digits, '0'));
            WritableFile.Write(file + ".npy", stream => NpyFile.Write(stream, shape, sample.Span));
            if (_image is not null)
                WritableFile.Write(file + ".png", stream => SampleImage.WritePng(stream, sample.Span, _image));
        }

        NoteOthers(_image is null ? count : 2 * count);
    }

    private void NoteOthers(int written)
    {
        var others = Directory.EnumerateFiles(path).Count(IsNumbered) - written;
        if (others > 0)
            Console.Error.WriteLine($"note: {path} also holds {others} numbered files that are not of this run");
    }

    private static bool IsNumbered(string file) =>
        Path.GetExtension(file) is ".npy" or ".png"
        && Path.GetFileNameWithoutExtension(file) is { Length: >= SmallestDigits } name
        && name.All(char.IsAsciiDigit);
}
