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
    private readonly DataPrediction _prediction;
    private readonly bool _hasClasses;

    internal UNetDenoiser(
        UNet2D network, NetworkParameters parameters, UNetConfig config, SchedulerConfig scheduler, ModelCard card)
    {
        _network = network;
        _parameters = parameters;
        _prediction = new DataPrediction(scheduler);
        _hasClasses = config.NumClassEmbeds is not null;

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
        var device = _parameters.Device;
        var input = x.to(device);
        var labels = _hasClasses ? RowTensors.Labels(conditions, device) : null;
        var output = _network.Forward(input, RowTensors.Times(levels, device), labels);
        return _prediction.Of(input, output, levels).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _parameters.Dispose();
        _prediction.Dispose();
    }
}
