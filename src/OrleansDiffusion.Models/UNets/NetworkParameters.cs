using OrleansDiffusion.Models.Safetensors;
using static TorchSharp.torch;

namespace OrleansDiffusion.Models.UNets;

/// <summary>
/// A network's parameters from a safetensors file, in float32 on a device. Every one that the network asks for must be
/// there in the shape it asks for, and none may be left over.
/// </summary>
internal sealed class NetworkParameters : IDisposable
{
    // Attention as diffusers named it before version 0.15; files published then have kept these names.
    private static readonly (string Present, string Old)[] AttentionNames =
        [(".to_q.", ".query."), (".to_k.", ".key."), (".to_v.", ".value."), (".to_out.0.", ".proj_attn.")];

    private readonly SafetensorsFile _file;
    private readonly HashSet<string> _unused;
    private readonly List<Tensor> _loaded = [];

    /// <summary>Parameters that are yet to be asked for.</summary>
    /// <param name="file">The file; it is read from until <see cref="CheckAllUsed"/>.</param>
    /// <param name="device">Where the parameters are to live.</param>
    public NetworkParameters(SafetensorsFile file, Device device)
    {
        _file = file;
        _unused = [.. file.Entries.Keys];
        Device = device;
    }

    /// <summary>Where the parameters live.</summary>
    public Device Device { get; }

    /// <summary>Tensors loaded.</summary>
    public int Tensors => _loaded.Count;

    /// <summary>Numbers in them.</summary>
    public long Count => _loaded.Sum(parameter => parameter.numel());

    /// <summary>Loads the parameter of a name and shape.</summary>
    /// <exception cref="ModelFormatException">It is missing or has another shape.</exception>
    public Tensor Load(string name, long[] shape)
    {
        var found = Find(name) ?? throw new ModelFormatException($"has no tensor {name}");
        var actual = _file.Entries[found].Shape;
        if (!actual.SequenceEqual(shape))
        {
            throw new ModelFormatException(
                $"{found} must have the shape [{string.Join(", ", shape)}], has [{string.Join(", ", actual)}]");
        }

        _unused.Remove(found);
        using var stored = _file.Load(found, ScalarType.Float32);
        var parameter = stored.to(Device).DetachFromDisposeScope();
        _loaded.Add(parameter);
        return parameter;
    }

    /// <summary>Throws if the file has tensors that were not asked for.</summary>
    /// <exception cref="ModelFormatException">Names the first of them.</exception>
    public void CheckAllUsed()
    {
        if (_unused.Count > 0)
        {
            throw new ModelFormatException(
                $"has {_unused.Count} tensors that the network does not use, {_unused.Order(StringComparer.Ordinal).First()} first");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _loaded.ForEach(parameter => parameter.Dispose());

    private string? Find(string name)
    {
        if (_unused.Contains(name))
            return name;
        var old = AttentionNames.Aggregate(name, (n, names) => n.Replace(names.Present, names.Old, StringComparison.Ordinal));
        return name.Contains(".attentions.", StringComparison.Ordinal) && _unused.Contains(old) ? old : null;
    }
}
