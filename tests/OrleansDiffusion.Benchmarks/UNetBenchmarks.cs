using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using OrleansDiffusion.Models;
using OrleansDiffusion.Models.Native;
using OrleansDiffusion.Models.UNets;
using OrleansDiffusion.Sampling;
using OrleansDiffusion.Sampling.Schedules;
using static TorchSharp.torch;

namespace OrleansDiffusion.Benchmarks;

/// <summary>
/// The digits network's forward pass on the CPU by batch size, beside a matrix product of as many multiply-adds on one
/// thread: what the arithmetic alone would take.
/// </summary>
[InProcess]
[WarmupCount(2)]
[IterationCount(7)]
[Config(typeof(Columns))]
public class UNetBenchmarks : IDisposable
{
    private const int MatrixSize = 512;

    private Model _model = null!;
    private Tensor _images = null!;
    private NoiseLevel[] _levels = null!;
    private Condition[] _conditions = null!;
    private Tensor _left = null!;
    private Tensor _right = null!;
    private long _products;

    [Params(1, 4, 16, 64)]
    public int Batch { get; set; }

    /// <summary>Multiply-adds of the network for one image.</summary>
    public static long MultiplyAddsPerImage { get; } = MultiplyAdds.Of(Config());

    [GlobalSetup]
    public void Setup()
    {
        LibTorch.Load();
        set_num_threads(1);
        _model = Catalogue.Open("digits");
        _images = randn([Batch, .. _model.Denoiser.Shape]);
        _levels = [.. Enumerable.Range(0, Batch).Select(i => DiscreteSchedule.Linear().At(i * 999 / Batch))];
        _conditions = [.. Enumerable.Range(0, Batch).Select(i => new Condition(i % 10))];
        _left = randn(MatrixSize, MatrixSize);
        _right = randn(MatrixSize, MatrixSize);
        _products = Math.Max(1, MultiplyAddsPerImage * Batch / ((long)MatrixSize * MatrixSize * MatrixSize));
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _model.Dispose();
        _images.Dispose();
        _left.Dispose();
        _right.Dispose();
        GC.SuppressFinalize(this);
    }

    [Benchmark(Baseline = true, Description = "matrix products of as many multiply-adds")]
    public void Products()
    {
        for (var i = 0; i < _products; i++)
            _left.matmul(_right).Dispose();
    }

    [Benchmark(Description = "forward pass")]
    public void Forward()
    {
        for (var first = 0; first < Batch; first += _model.Denoiser.BatchLimit)
        {
            var count = Math.Min(_model.Denoiser.BatchLimit, Batch - first);
            using var part = _images.narrow(0, first, count);
            _model.Denoiser.Denoise(part, _levels.AsSpan(first, count), _conditions.AsSpan(first, count)).Dispose();
        }
    }

    private static UNetConfig Config() => UNetConfig.Read(
        File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Pretrained", "digits", "unet", "config.json")));

    private sealed class Columns : ManualConfig
    {
        public Columns() => AddColumn(
            new PerImage("images/s", seconds => 1 / seconds),
            new PerImage("million multiply-adds/image", _ => MultiplyAddsPerImage / 1e6),
            new PerImage("billion multiply-adds/s", seconds => MultiplyAddsPerImage / seconds / 1e9));
    }

    // A figure of the time that one image takes.
    private sealed class PerImage(string name, Func<double, double> of) : IColumn
    {
        public string Id => name;

        public string ColumnName => name;

        public bool AlwaysShow => true;

        public ColumnCategory Category => ColumnCategory.Custom;

        public int PriorityInCategory => 0;

        public bool IsNumeric => true;

        public UnitType UnitType => UnitType.Dimensionless;

        public string Legend => name;

        public bool IsAvailable(Summary summary) => true;

        public bool IsDefault(Summary summary, BenchmarkCase benchmarkCase) => false;

        public string GetValue(Summary summary, BenchmarkCase benchmarkCase)
        {
            var batch = (int)benchmarkCase.Parameters[nameof(Batch)];
            return summary[benchmarkCase]?.ResultStatistics is { } time ? $"{of(time.Mean / 1e9 / batch):g3}" : "?";
        }

        public string GetValue(Summary summary, BenchmarkCase benchmarkCase, SummaryStyle style) =>
            GetValue(summary, benchmarkCase);
    }
}
