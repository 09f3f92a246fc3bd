using OrleansDiffusion.Sampling;
using TorchSharp;
using static TorchSharp.torch;

namespace OrleansDiffusion.Models.UNets;

/// <summary>The data prediction of a U-Net, whatever it was trained to predict.</summary>
public sealed class UNetDenoiser : IDenoiser, IDisposable
{
    // On the CPU the states of a call should stay in the cache: half a million numbers at full resolution were
    // fastest. An accelerator wants more, and has the memory.
    private const long CpuElements = 1 << 19;
    private const long AcceleratorElements = 1 << 26;

    private readonly UNet2D _network;
    private readonly NetworkParameters _parameters;
    private readonly Prediction _prediction;
    private readonly bool _hasClasses;
    private readonly Scalar? _least;
    private readonly Scalar? _most;

    internal UNetDenoiser(
        UNet2D network, NetworkParameters parameters, UNetConfig config, SchedulerConfig scheduler, ModelCard card)
    {
        _network = network;
        _parameters = parameters;
        _prediction = scheduler.Prediction();
        _hasClasses = config.NumClassEmbeds is not null;
        if (scheduler.ClipSample)
            (_least, _most) = (-scheduler.ClipSampleRange, scheduler.ClipSampleRange);

        var size = config.SampleSize!;
        Shape = [config.InChannels, size.Height, size.Width];
        DataVariance = card.DataVariance;
        var atFullResolution = (long)config.BlockOutChannels[0] * size.Height * size.Width;
        var elements = parameters.Device.type == DeviceType.CPU ? CpuElements : AcceleratorElements;
        BatchLimit = (int)Math.Max(1, elements / atFullResolution);
    }

    /// <inheritdoc/>
    public IReadOnlyList<long> Shape { get; }

    /// <inheritdoc/>
    public double DataVariance { get; }

    /// <inheritdoc/>
    public int BatchLimit { get; }

    /// <inheritdoc/>
    /// <remarks>x is float32. Every row has a label if the network has classes, and guidance 1.</remarks>
    public Tensor Denoise(Tensor x, ReadOnlySpan<NoiseLevel> levels, ReadOnlySpan<Condition> conditions)
    {
        ArgumentNullException.ThrowIfNull(x);
        using var inference = no_grad();
        using var scope = NewDisposeScope();
        var input = x.to(_parameters.Device);
        var times = Column(levels, level => level.Time).view(-1);
        var output = _network.Forward(input, times, Labels(conditions));
        var denoised = Denoised(input, output, levels);
        return (_least is null ? denoised : denoised.clamp_(_least, _most)).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _parameters.Dispose();
        _least?.Dispose();
        _most?.Dispose();
    }

    private Tensor Denoised(Tensor x, Tensor output, ReadOnlySpan<NoiseLevel> levels) => _prediction switch
    {
        Prediction.Epsilon =>
            (x - (Column(levels, level => level.Sigma) * output)) / Column(levels, level => level.Alpha),
        Prediction.Velocity =>
            (Column(levels, level => level.Alpha) * x) - (Column(levels, level => level.Sigma) * output),
        _ => output,
    };

    private Tensor? Labels(ReadOnlySpan<Condition> conditions)
    {
        if (!_hasClasses)
            return null;
        var labels = new long[conditions.Length];
        for (var row = 0; row < labels.Length; row++)
            labels[row] = conditions[row].Label ?? throw new ArgumentException("every row needs a label", nameof(conditions));
        return tensor(labels).to(_parameters.Device);
    }

    // [rows, 1, 1, 1]
    private Tensor Column(ReadOnlySpan<NoiseLevel> levels, Func<NoiseLevel, double> value)
    {
        var column = new float[levels.Length];
        for (var row = 0; row < column.Length; row++)
            column[row] = (float)value(levels[row]);
        return tensor(column, [column.Length, 1, 1, 1]).to(_parameters.Device);
    }
}
