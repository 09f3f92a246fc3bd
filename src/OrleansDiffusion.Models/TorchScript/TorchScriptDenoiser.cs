using OrleansDiffusion.Models.Networks;
using OrleansDiffusion.Sampling;
using TorchSharp;
using static TorchSharp.torch;

namespace OrleansDiffusion.Models.TorchScript;

/// <summary>
/// The data prediction of a TorchScript module, whose <c>forward</c> takes x [rows, *shape] and t [rows] in float32,
/// labels [rows] in int64 if it knows classes, and its extra inputs [rows, …].
/// </summary>
internal sealed class TorchScriptDenoiser : IDenoiser, IDisposable
{
    // As for a U-Net, with 64 channels assumed.
    private const long CpuElements = 1 << 13;
    private const long AcceleratorElements = 1 << 20;

    private readonly TorchScriptModule _module;
    private readonly Device _device;
    private readonly Prediction _prediction;
    private readonly Tensor[] _extraInputs; // [1, …] each
    private readonly bool _takesLabels;

    /// <summary>Takes the module over.</summary>
    public TorchScriptDenoiser(TorchScriptModule module, TorchScriptConfig config, Device device)
    {
        _module = module;
        _device = device;
        _prediction = config.Scheduler().Prediction();
        _extraInputs = [.. config.ExtraInputs.Select(input => input!.Create(device).DetachFromDisposeScope())];
        _takesLabels = config.Conditioning is not null;
        Shape = config.Shape;
        DataVariance = config.DataVariance;
        Sensitivity = config.Sensitivity;
        var elements = device.type == DeviceType.CPU ? CpuElements : AcceleratorElements;
        BatchLimit = config.BatchLimit ?? (int)Math.Max(1, elements / SampleShape.Elements(Shape));
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
    /// <remarks>x is float32. Every row has a label if the module takes labels, and guidance 1.</remarks>
    public Tensor Denoise(Tensor x, ReadOnlySpan<NoiseLevel> levels, ReadOnlySpan<Condition> conditions)
    {
        using var inference = no_grad();
        using var scope = NewDisposeScope();
        var input = x.to(_device);
        // A module may write into what it is given, so everything is its own.
        var output = _module.Forward(input.clone(), OtherInputs(levels, conditions));
        return DataPrediction.Of(_prediction, input, output, levels).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _module.Dispose();
        Array.ForEach(_extraInputs, input => input.Dispose());
    }

    private List<Tensor> OtherInputs(ReadOnlySpan<NoiseLevel> levels, ReadOnlySpan<Condition> conditions)
    {
        var inputs = new List<Tensor> { RowTensors.Times(levels, _device) };
        if (_takesLabels)
            inputs.Add(RowTensors.Labels(conditions, _device));
        foreach (var input in _extraInputs)
            inputs.Add(input.expand([levels.Length, .. input.shape.AsSpan(1)]).clone());
        return inputs;
    }
}
