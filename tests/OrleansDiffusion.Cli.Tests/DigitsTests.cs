using System.Text.Json;
using SkiaSharp;

namespace OrleansDiffusion.Cli.Tests;

/// <summary>The model that ships, from the command line.</summary>
public sealed class DigitsTests : IDisposable
{
    private const string Quick = "sample --model digits --sampler ddim --steps 4";

    private readonly Odiff _odiff = new();

    public void Dispose() => _odiff.Dispose();

    [Fact]
    public async Task Samples_of_a_label_are_drawn_as_a_grey_grid()
    {
        var result = await _odiff.Run($"{Quick} --count 6 --label 3 --out digits.png --report report.json");

        Assert.Equal(0, result.ExitCode);
        using var picture = SKBitmap.Decode(_odiff.Bytes("digits.png"));
        Assert.Equal(SKColorType.Gray8, picture.ColorType);
        Assert.True(picture.Width > picture.Height);
        using var report = JsonDocument.Parse(_odiff.Bytes("report.json"));
        Assert.Equal([3], report.RootElement.GetProperty("label").EnumerateArray().Select(label => label.GetInt32()));
        Assert.Equal("digits", report.RootElement.GetProperty("model").GetString());
    }

    [Fact]
    public async Task Labels_are_taken_in_turn_and_guidance_changes_the_samples()
    {
        await _odiff.Run($"{Quick} --count 12 --label 0..9 --out all.npy");
        await _odiff.Run($"{Quick} --count 12 --label 0..9 --guidance 3 --out guided.npy");
        await _odiff.Run($"{Quick} --count 1 --label 0 --out zero.npy");

        var all = _odiff.Npy("all.npy");
        Assert.Equal([12, 1, 28, 28], all.Shape);
        Assert.NotEqual(all.Values, _odiff.Npy("guided.npy").Values);
        Assert.All(_odiff.Npy("zero.npy").Values.Zip(all.Values), pair => Assert.Equal(pair.First, pair.Second, 1e-2f));
    }

    [Fact]
    public async Task Without_a_label_any_digit_is_drawn_and_parallel_samples_are_the_sequential_ones()
    {
        await _odiff.Run($"{Quick} --count 3 --out parallel.npy --tolerance 0");
        await _odiff.Run($"{Quick} --count 3 --out sequential.npy --mode sequential");

        Assert.All(_odiff.Npy("parallel.npy").Values.Zip(_odiff.Npy("sequential.npy").Values), pair =>
            Assert.Equal(pair.First, pair.Second, 1e-4f));
    }

    [Theory]
    [InlineData("--label 10", "--label must be")]
    [InlineData("--label 0..10", "--label must be")]
    [InlineData("--guidance 2", "--guidance")]
    [InlineData("--schedule cosine", "--schedule is given by the model digits")]
    [InlineData("--steps 1001", "--steps must be 1 to 1000")]
    public async Task What_the_model_does_not_take_is_refused_in_a_line(string options, string message)
    {
        var result = await _odiff.Run($"sample --model digits --out digits.png {options}");

        Assert.Equal(2, result.ExitCode);
        Assert.Contains(message, Assert.Single(result.Error.Split('\n')), StringComparison.Ordinal);
        Assert.Empty(_odiff.Left);
    }

    [Fact]
    public async Task It_is_listed_with_its_labels()
    {
        var result = await _odiff.Run("models");

        var line = Assert.Single(result.Output.Split('\n'), line => line.Contains("digits", StringComparison.Ordinal));
        Assert.Contains("1 x 28 x 28", line, StringComparison.Ordinal);
        Assert.Contains("0..9", line, StringComparison.Ordinal);
    }
}
