using System.Text.Json;

namespace OrleansDiffusion.Cli.Tests;

/// <summary>A job that goes through grains, held against the same without.</summary>
public sealed class GridTests : IDisposable
{
    private static readonly string Mixture = Path.Combine(AppContext.BaseDirectory, "Golden", "mixture-a.json");

    private readonly Odiff _odiff = new();

    public void Dispose() => _odiff.Dispose();

    [Theory]
    [InlineData("--sampler ddpm --steps 100 --tolerance 0", "--silos 1", 1e-5)]
    [InlineData("--sampler ddpm --steps 100", "--silos 3", 1e-3)]
    [InlineData("--sampler ddim --steps 50 --batch 3", "--silos 2 --points-per-node 4", 1e-3)]
    [InlineData("--sampler dpm++2m --steps 20", "--silos 1 --devices cpu", 1e-3)]
    [InlineData("--sampler piadm-sde", "--silos 1 --points-per-node 1", 1e-3)]
    public async Task A_mixture_is_sampled_as_in_process(string options, string run, double within) =>
        await Same($"--model {Mixture} --count 7 --seed 3 {options}", run, within);

    [Fact]
    public async Task Digits_are_sampled_as_in_process() =>
        await Same("--model digits --sampler ddim --steps 8 --count 3 --label 0..9 --guidance 2", "--silos 1", 1e-3);

    [Fact]
    public async Task A_run_without_a_terminal_says_how_far_it_has_come_and_how_it_ends()
    {
        var result = await _odiff.Sample("--count 5 --out samples.npy");

        Assert.All(result.Error.Split('\n'), line =>
            Assert.Matches(@"^samples from 0: sweep \d+, block \d/8, \d samples active, update \S+$", line));
        Assert.Matches(@"^samples from 0: sweep \d+, block 8/8, 0 samples active, ", result.Error.Split('\n')[^1]);
        Assert.Matches(@"^5 samples, ddim, \d+ rounds instead of 50, \d+\.\d s$", result.Output);
        Assert.Equal(["samples.npy"], _odiff.Left);
    }

    [Fact]
    public async Task Verbose_adds_logs_to_stderr()
    {
        var result = await _odiff.Sample("--count 1 --out samples.npy --verbose");

        Assert.Contains("info: OrleansDiffusion.Grid.Jobs.SamplingJobGrain", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("info: Orleans.", result.Error, StringComparison.Ordinal);
        Assert.Matches("^1 samples, ddim, ", result.Output);
    }

    [Fact]
    public async Task What_emulated_devices_took_is_said_to_be_emulated()
    {
        var result = await _odiff.Sample("--count 2 --out samples.npy --devices emulated:5ms,emulated:5ms --report report.json");

        Assert.Matches(@"\d s on emulated devices$", result.Output);
        var report = JsonElement.Parse(_odiff.Bytes("report.json"));
        Assert.Equal(
            ["emulated:5ms", "emulated:5ms#2"], report.GetProperty("devices").EnumerateArray().Select(name => name.GetString()));
        Assert.InRange(
            report.GetProperty("deviceSeconds").GetDouble(), report.GetProperty("rounds").GetInt32() * 5e-3, double.MaxValue);
    }

    [Fact]
    public async Task A_model_that_is_refused_by_the_grid_is_told_in_one_line()
    {
        var result = await _odiff.Run("sample --model missing.json --out samples.npy --silos 2");

        Assert.Equal(2, result.ExitCode);
        Assert.StartsWith("odiff: missing.json", Assert.Single(result.Error.Split('\n')), StringComparison.Ordinal);
    }

    private async Task Same(string options, string run, double within)
    {
        var grid = await _odiff.Run($"sample --out grid.npy --report grid.json {options} {run}");
        Assert.True(grid.ExitCode == 0, grid.Error);
        var plain = await _odiff.Run($"sample --out plain.npy --report plain.json {options} --in-process");
        Assert.True(plain.ExitCode == 0, plain.Error);

        var (expected, actual) = (_odiff.Npy("plain.npy"), _odiff.Npy("grid.npy"));
        Assert.Equal(expected.Shape, actual.Shape);
        var squares = expected.Values.Zip(actual.Values, (a, b) => (double)(a - b) * (a - b));
        Assert.InRange(Math.Sqrt(squares.Average()), 0, within);
        var (plainReport, gridReport) =
            (JsonElement.Parse(_odiff.Bytes("plain.json")), JsonElement.Parse(_odiff.Bytes("grid.json")));
        Assert.Equal(plainReport.GetProperty("blocks").GetInt32(), gridReport.GetProperty("blocks").GetInt32());
        if (gridReport.GetProperty("tolerance").GetDouble() == 0)
            return; // when all is at rest is up to rounding, which the cut into nodes changes
        Assert.InRange(
            gridReport.GetProperty("rounds").GetInt32(), plainReport.GetProperty("rounds").GetInt32() - 1,
            plainReport.GetProperty("rounds").GetInt32() + 1);
    }
}
