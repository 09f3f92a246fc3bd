using OrleansDiffusion.Models.Safetensors;
using OrleansDiffusion.Output;
using OrleansDiffusion.Sampling;
using TorchSharp;

namespace OrleansDiffusion.Cli.Output;

/// <summary>Where samples go: a file whose ending names its format, or a folder of files for each sample.</summary>
internal sealed class SampleFile
{
    private readonly string _path;
    private readonly IReadOnlyList<long> _shape;
    private readonly Format _format;
    private readonly ImageGrid? _grid;

    /// <summary>Checks the place before any work is done.</summary>
    /// <param name="path">The place.</param>
    /// <param name="shape">Shape of a sample.</param>
    /// <param name="count">Samples that will be written.</param>
    /// <param name="option">The option that names it.</param>
    /// <exception cref="InvalidOptionException">The format does not suit, or nothing can be written there.</exception>
    public SampleFile(string path, IReadOnlyList<long> shape, int count, string option = "out")
    {
        if (path.Length == 0)
            throw new InvalidOptionException(option, "must name a file or a folder, was empty");
        _path = path;
        _shape = shape;
        _format = FormatOf(option, path);
        if (_format == Format.Png)
            _grid = GridOf(option, shape, count);
        WritableFile.Check(option, _format == Format.Folder ? Path.Combine(path, "0.npy") : path);
    }

    private enum Format
    {
        Folder,
        Npy,
        Safetensors,
        Png,
    }

    /// <summary>Writes all samples; a file appears whole or not at all.</summary>
    /// <param name="samples">[count, *shape] in C order.</param>
    /// <param name="title">One line about them.</param>
    public void Write(float[] samples, string title)
    {
        var count = samples.Length / _shape.Aggregate(1L, (product, size) => product * size);
        switch (_format)
        {
            case Format.Npy:
                WritableFile.Write(_path, stream => NpyFile.Write(stream, [count, .. _shape], samples));
                break;
            case Format.Safetensors:
                WriteSafetensors(samples, [count, .. _shape], title);
                break;
            case Format.Png when _grid is not null:
                WritableFile.Write(_path, stream => _grid.WriteTo(stream, samples));
                break;
            case Format.Png:
                WritableFile.Write(_path, stream => stream.Write(ScatterPlot.Png(samples, title)));
                break;
            default:
                new SampleFolder(_path, _shape).Write(samples);
                break;
        }
    }

    private void WriteSafetensors(float[] samples, long[] shape, string title)
    {
        using var flat = torch.frombuffer(samples, torch.ScalarType.Float32); // the same memory
        using var tensor = flat.view(shape);
        WritableFile.Write(_path, stream => SafetensorsWriter.Write(
            stream, [new("samples", tensor)], new Dictionary<string, string> { ["samples"] = title }));
    }

    // Images are shown side by side; points of a plane, which have no grid, as a plot.
    private static ImageGrid? GridOf(string option, IReadOnlyList<long> shape, int count)
    {
        if (ImageShape.Of(shape) is { } image)
        {
            var grid = new ImageGrid(image, count);
            return !grid.IsTooLarge ? grid : throw new InvalidOptionException(
                option,
                $"must be a folder, .npy or .safetensors for {count} images of {image.Width} x {image.Height}: their .png would be "
                + $"{grid.Width} x {grid.Height} pixels, at most {ImageShape.LongestSide} a side are allowed");
        }

        if (shape is [2])
            return null;
        throw new InvalidOptionException(option,
            $"must end in .npy or .safetensors, or be a folder, for samples of shape [{string.Join(", ", shape)}]; "
            + $".png draws [2], and [1, h, w] and [3, h, w] up to {ImageShape.LongestSide} a side");
    }

    private static Format FormatOf(string option, string path) => Path.GetExtension(path).ToUpperInvariant() switch
    {
        ".NPY" => Format.Npy,
        ".SAFETENSORS" => Format.Safetensors,
        ".PNG" => Format.Png,
        "" => Format.Folder,
        _ when Directory.Exists(path) => Format.Folder,
        var other => throw new InvalidOptionException(option,
            $"must end in .png, .npy or .safetensors, or be a folder, was {other.ToLowerInvariant()}"),
    };
}
