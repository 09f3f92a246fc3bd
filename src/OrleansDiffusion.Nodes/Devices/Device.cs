using OrleansDiffusion.Models.Native;
using TorchSharp;

namespace OrleansDiffusion.Nodes.Devices;

/// <summary>What a silo evaluates models on. Two devices are the same if their names are.</summary>
public sealed class Device : IEquatable<Device>
{
    private Device(DeviceKind kind, string name)
    {
        Kind = kind;
        Name = name;
    }

    /// <summary>The host's processor.</summary>
    public static Device Cpu { get; } = new(DeviceKind.Cpu, "cpu");

    /// <summary>What it is.</summary>
    public DeviceKind Kind { get; }

    /// <summary>
    /// The name, as it is asked for: <c>cpu</c>, <c>cuda:0</c>, <c>emulated:50ms+0.2ms</c>. Further emulated devices of
    /// a list that are like the first have <c>#2</c>, <c>#3</c>, … behind it.
    /// </summary>
    public string Name { get; }

    /// <summary>
    /// Whether its speed is given and not its own; whatever prints a time that was measured on it must say so.
    /// </summary>
    public bool IsEmulated => Kind == DeviceKind.Emulated;

    /// <summary>Where models that are evaluated on it compute. Asking for it loads libtorch.</summary>
    /// <exception cref="DllNotFoundException">libtorch was not found or cannot be loaded.</exception>
    public torch.Device Torch
    {
        get
        {
            LibTorch.Load();
            return Kind == DeviceKind.Cuda ? new torch.Device(DeviceType.CUDA, Index) : torch.CPU;
        }
    }

    /// <summary>Of a GPU, its number.</summary>
    public int Index { get; private init; }

    /// <summary>Of an emulated device, what a call takes whatever its rows.</summary>
    public TimeSpan CallTime { get; private init; }

    /// <summary>Of an emulated device, what every row of a call takes in addition.</summary>
    public TimeSpan RowTime { get; private init; }

    /// <summary>Of an emulated device, the calls in which it returns NaN.</summary>
    public NanCalls NanCalls { get; private init; }

    /// <summary>A GPU, whether or not there is one of this number.</summary>
    /// <param name="index">Its number, 0 or more.</param>
    public static Device Cuda(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        return new Device(DeviceKind.Cuda, $"cuda:{index}") { Index = index };
    }

    /// <summary>A device on which a call takes as long as is said, or as the host needs if that is longer.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="callTime">What a call takes, 0 or more.</param>
    /// <param name="rowTime">What a row takes in addition, 0 or more.</param>
    /// <param name="nanCalls">The calls in which it returns NaN; default none.</param>
    public static Device Emulated(string name, TimeSpan callTime, TimeSpan rowTime, NanCalls nanCalls = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(callTime, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(rowTime, TimeSpan.Zero);
        return new Device(DeviceKind.Emulated, name) { CallTime = callTime, RowTime = rowTime, NanCalls = nanCalls };
    }

    /// <inheritdoc/>
    public bool Equals(Device? other) => other is not null && Name == other.Name;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Device);

    /// <inheritdoc/>
    public override int GetHashCode() => Name.GetHashCode(StringComparison.Ordinal);

    /// <summary>The name.</summary>
    public override string ToString() => Name;
}
