using System.Runtime.ExceptionServices;
using OrleansDiffusion.Models.Networks;
using OrleansDiffusion.Sampling;
using TorchSharp;
using static TorchSharp.torch;

namespace OrleansDiffusion.Models.UNets;

/// <summary>The data prediction of a U-Net, whatever it was trained to predict.</summary>
public sealed class UNetDenoiser : IDenoiser, IDisposable
{
    // On the CPU the states of a thread should stay in its cache: half a million numbers at full resolution were
    // fastest. An accelerator wants more, and has the memory.
    private const long CpuElements = 1 << 19;
    private const long AcceleratorElements = 1 << 26;

    private readonly UNet2D _network;
    private readonly NetworkParameters _parameters;
    private readonly Prediction _prediction;
    private readonly bool _hasClasses;
    private readonly int _threads;

    internal UNetDenoiser(
        UNet2D network, NetworkParameters parameters, UNetConfig config, Prediction prediction, ModelCard card)
    {
        _network = network;
        _parameters = parameters;
        _prediction = prediction;
        _hasClasses = config.NumClassEmbeds is not null;

        var size = config.SampleSize!;
        Shape = [config.InChannels, size.Height, size.Width];
        DataVariance = card.DataVariance;
        Sensitivity = card.Sensitivity;
        var atFullResolution = (long)config.BlockOutChannels[0] * size.Height * size.Width;
        var isCpu = parameters.Device.type == DeviceType.CPU;
        _threads = isCpu ? Math.Max(1, Environment.ProcessorCount / get_num_threads()) : 1;
        BatchLimit = _threads * (int)Math.Max(1, (isCpu ? CpuElements : AcceleratorElements) / atFullResolution);
    }

    /// <inheritdoc/>
    public IReadOnlyList<long> Shape { get; }

    /// <inheritdoc/>
    public double DataVariance { get; }

    /// <inheritdoc/>
    public double Sensitivity { get; }

    /// <inheritdoc/>
    public int BatchLimit { get; }

    /// <inheritdoc/>
    /// <remarks>
    /// x is float32. Every row has a label if the network has classes, and guidance 1. On the CPU each core that torch
    /// leaves idle takes a part of the rows; torch's own threads would wait for one another after every layer.
    /// </remarks>
    public Tensor Denoise(Tensor x, ReadOnlySpan<NoiseLevel> levels, ReadOnlySpan<Condition> conditions)
    {
        ArgumentNullException.ThrowIfNull(x);
        return Math.Min(_threads, levels.Length) == 1
            ? DenoiseRows(x, levels, conditions)
            : DenoiseInParts(x, levels.ToArray(), conditions.ToArray());
    }

    /// <inheritdoc/>
    public void Dispose() => _parameters.Dispose();

    private Tensor DenoiseInParts(Tensor x, NoiseLevel[] levels, Condition[] conditions)
    {
        var size = (levels.Length + _threads - 1) / _threads;
        var parts = new Tensor?[(levels.Length + size - 1) / size];
        try
        {
            Parallel.For(0, parts.Length, new ParallelOptions { TaskScheduler = RowThreads.OfProcess }, part =>
            {
                var rows = Math.Min(size, levels.Length - (part * size));
                using var ofPart = x.narrow(0, part * size, rows);
                parts[part] = DenoiseRows(
                    ofPart, levels.AsSpan(part * size, rows), conditions.AsSpan(part * size, rows))
                    .DetachFromDisposeScope();
            });
            return cat(parts!);
        }
        catch (AggregateException e)
        {
            ExceptionDispatchInfo.Throw(e.InnerExceptions[0]);
            throw;
        }
        finally
        {
            foreach (var part in parts)
                part?.Dispose();
        }
    }

    private Tensor DenoiseRows(Tensor x, ReadOnlySpan<NoiseLevel> levels, ReadOnlySpan<Condition> conditions)
    {
        using var inference = no_grad();
        using var scope = NewDisposeScope();
        var device = _parameters.Device;
        var input = x.to(device);
        var labels = _hasClasses ? RowTensors.Labels(conditions, device) : null;
        var output = _network.Forward(input, RowTensors.Times(levels, device), labels);
        return DataPrediction.Of(_prediction, input, output, levels).MoveToOuterDisposeScope();
    }
}
