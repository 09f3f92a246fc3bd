using System.Globalization;
using SkiaSharp;

namespace OrleansDiffusion.Cli.Tests;

public sealed class CommandTests : IDisposable
{
    private readonly Odiff _odiff = new();

    public void Dispose() => _odiff.Dispose();

    [Fact]
    public async Task Models_lists_the_demo()
    {
        var result = await _odiff.Run("models");

        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        Assert.Matches(@"(?m)^\s*demo\s+2\s+any\s+-\s+mixture of 40 Gaussians", result.Output);
    }

    [Fact]
    public async Task Bench_scaling_writes_a_table_and_a_picture()
    {
        var result = await _odiff.Run("bench scaling --dimensions 2 8 --samples 2 --out figures");

        Assert.Equal(0, result.ExitCode);
        Assert.Equal(["figures", "figures/scaling.csv", "figures/scaling.png"], _odiff.Left);
        var lines = await File.ReadAllLinesAsync(
            _odiff.PathOf("figures/scaling.csv"), TestContext.Current.CancellationToken);
        Assert.Equal(
            "sampler,dimension,method,rounds,sequential_rounds,evaluations,median_error,p95_error,sweeps_per_block",
            lines[0]);
        var rows = lines[1..].Select(line => line.Replace("score, copied", "score copied", StringComparison.Ordinal).Split(',')).ToArray();
        Assert.Equal(2 * 2 * 5, rows.Length); // samplers, dimensions, methods
        Assert.All(rows, row =>
        {
            Assert.Equal(9, row.Length);
            Assert.InRange(Number(row[3]), 8, Number(row[4]));
            Assert.InRange(Number(row[7]), 0, 1e-3);
            Assert.InRange(Number(row[3]), row[8].Split(' ').Max(Number), row[8].Split(' ').Sum(Number));
        });
        using var picture = SKBitmap.Decode(_odiff.PathOf("figures/scaling.png"));
        Assert.Equal((1200, 520), (picture.Width, picture.Height));
        Assert.InRange(picture.Pixels.Distinct().Count(), 100, int.MaxValue);
    }

    [Fact]
    public async Task Bench_linearizations_prints_a_table_of_all_of_them()
    {
        var result = await _odiff.Run("bench linearizations --samples 2");

        Assert.Equal(0, result.ExitCode);
        var rows = result.Output.Split('\n').Where(line => line.StartsWith('|'))
            .Select(line => line.Split('|', StringSplitOptions.TrimEntries)[1..^1]).ToArray();
        Assert.Equal(
            ["sampler", "cut", "tolerance", "linearization", "start", "rounds", "evals", "p50 error", "p95 error"], rows[0]);
        Assert.Equal(8 * 2 * 4 * 2, rows[2..].Length);
        Assert.All(rows[2..], row => Assert.InRange(Number(row[8]), 0, Number(row[2])));
        Assert.Equal(rows[2..].Select(row => string.Join(", ", row)), result.Error.Split('\n'));
        Assert.Empty(_odiff.Left);
    }

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
