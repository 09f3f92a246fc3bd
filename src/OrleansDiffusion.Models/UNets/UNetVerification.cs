using OrleansDiffusion.Models.Safetensors;
using static TorchSharp.torch;

namespace OrleansDiffusion.Models.UNets;

/// <summary>What checking a model folder found.</summary>
/// <param name="Tensors">Tensors of the weights' file; the network uses every one of them and lacks none.</param>
/// <param name="Parameters">Numbers in them.</param>
/// <param name="LargestDifference">
/// Largest absolute difference to the reference output; null if the folder has no reference.
/// </param>
public sealed record UNetVerification(int Tensors, long Parameters, double? LargestDifference)
{
    private const string ReferenceFile = "reference.safetensors";

    /// <summary>
    /// Loads a folder in the diffusers layout. Where it has a <c>reference.safetensors</c>, with <c>x</c>
    /// [n, channels, h, w], <c>t</c> [n], <c>out</c> (the network's prediction) and for networks with classes
    /// <c>class_labels</c> [n], the network is held against it.
    /// </summary>
    /// <param name="path">The folder.</param>
    /// <exception cref="ModelFormatException">The folder cannot be used; the message names the file.</exception>
    public static UNetVerification Of(string path)
    {
        var folder = new UNetFolder(path);
        using var model = folder.Open(path, CPU);
        var (network, parameters) = folder.OpenNetwork(CPU);
        using (parameters)
        {
            var reference = Path.Combine(path, ReferenceFile);
            return new UNetVerification(
                parameters.Tensors, parameters.Count, File.Exists(reference) ? Compare(network, reference) : null);
        }
    }

    private static double Compare(UNet2D network, string reference)
    {
        using var file = SafetensorsFile.Open(reference);
        using var inference = no_grad();
        using var scope = NewDisposeScope();
        var labels = file.Entries.ContainsKey("class_labels") ? file.Load("class_labels", ScalarType.Int64) : null;
        try
        {
            var output = network.Forward(
                file.Load("x", ScalarType.Float32), file.Load("t", ScalarType.Float32), labels);
            var expected = file.Load("out", ScalarType.Float32);
            if (!output.shape.SequenceEqual(expected.shape))
                throw new ModelFormatException($"{reference}: out must have the shape [{string.Join(", ", output.shape)}]");
            return (output - expected).abs().max().cpu().data<float>()[0];
        }
        catch (Exception e) when (e is ArgumentException or System.Runtime.InteropServices.ExternalException)
        {
            throw new ModelFormatException($"{reference}: does not fit the network", e);
        }
    }
}
