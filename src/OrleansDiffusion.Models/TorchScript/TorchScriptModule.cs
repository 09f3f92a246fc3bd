using System.Runtime.InteropServices;
using System.Security.Cryptography;
using static TorchSharp.torch;

namespace OrleansDiffusion.Models.TorchScript;

/// <summary>A TorchScript module, to be asked for its <c>forward</c>. Several threads may ask at once.</summary>
/// <remarks>
/// Loading one runs what stands in its file. And where libtorch cannot compile that, for an operator that it does not
/// have say, the process ends: TorchSharp (0.107) does not catch this one error.
/// </remarks>
internal sealed class TorchScriptModule : IDisposable
{
    private readonly string _path;
    private readonly jit.ScriptModule _module;

    private TorchScriptModule(string path, jit.ScriptModule module)
    {
        _path = path;
        _module = module;
        _module.eval();
    }

    /// <summary>Loads a module that has a certain hash.</summary>
    /// <param name="path">Its file.</param>
    /// <param name="sha256">The hash in hexadecimal digits.</param>
    /// <param name="device">Where it computes.</param>
    /// <exception cref="ModelFormatException">The file cannot be read, has another hash, or holds no module.</exception>
    public static TorchScriptModule Load(string path, string sha256, Device device)
    {
        try
        {
            // What is checked is what is loaded: the file may be exchanged in between.
            var bytes = File.ReadAllBytes(path);
            var actual = SHA256.HashData(bytes);
            return actual.SequenceEqual(Convert.FromHexString(sha256))
                ? new TorchScriptModule(path, jit.load(bytes, device))
                : throw new ModelFormatException(
                    $"{path}: has the SHA-256 {Convert.ToHexStringLower(actual)}, expected {sha256.ToLowerInvariant()}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ExternalException)
        {
            throw new ModelFormatException($"{path}: {TorchError.Line(e)}", e);
        }
    }

    /// <summary>Asks for a tensor that looks like x.</summary>
    /// <param name="x">The first input.</param>
    /// <param name="others">The inputs after it.</param>
    /// <returns>A float32 tensor of x's shape. It may share memory with an input, or with the module.</returns>
    /// <exception cref="ModelFormatException">forward returned something else.</exception>
    /// <exception cref="ExternalException">forward failed.</exception>
    public Tensor Forward(Tensor x, params IReadOnlyList<Tensor> others)
    {
        var shape = x.shape;
        var output = Call([x, .. others]);
        return output is Tensor tensor && tensor.dtype == ScalarType.Float32 && tensor.shape.SequenceEqual(shape)
            ? tensor
            : throw Unlike(shape, Words(output));
    }

    /// <inheritdoc/>
    public void Dispose() => _module.Dispose();

    private object? Call(object[] inputs)
    {
        try
        {
            return _module.forward(inputs);
        }
        catch (Exception e) when (e is ArgumentException or NotImplementedException)
        {
            return e; // of TorchSharp, which cannot hand on a string or a dictionary
        }
        finally
        {
            GC.KeepAlive(inputs);
        }
    }

    private ModelFormatException Unlike(long[] shape, string returned) =>
        new($"{_path}: forward must return a Float32 tensor of shape [{string.Join(", ", shape)}], returned {returned}");

    private static string Words(object? output) => output switch
    {
        null => "None",
        Tensor tensor => $"a {tensor.dtype} tensor of shape [{string.Join(", ", tensor.shape)}]",
        _ => "no tensor",
    };
}
