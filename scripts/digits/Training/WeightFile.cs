using OrleansDiffusion.Models.Safetensors;
using static TorchSharp.torch;

namespace OrleansDiffusion.Digits.Training;

/// <summary>Named weights in a safetensors file, which appears whole or not at all.</summary>
internal static class WeightFile
{
    // What diffusers' own loader looks for.
    private static readonly Dictionary<string, string> Metadata = new() { ["format"] = "pt" };

    /// <summary>Writes weights as numbers of a type.</summary>
    public static void Write(string path, IEnumerable<KeyValuePair<string, Tensor>> weights, ScalarType type)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        SafetensorsWriter.Write(
            path, weights.Select(p => KeyValuePair.Create(p.Key, p.Value.detach().to(type))), Metadata);
    }

    /// <summary>Reads all weights of a file.</summary>
    public static Dictionary<string, Tensor> Read(string path)
    {
        using var file = SafetensorsFile.Open(path);
        return file.Entries.Keys.ToDictionary(name => name, name => file.Load(name));
    }
}
