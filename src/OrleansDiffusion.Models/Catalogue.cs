using OrleansDiffusion.Models.UNets;
using static TorchSharp.torch;

namespace OrleansDiffusion.Models;

/// <summary>The models that can be asked for: built-in ones by name, others by path.</summary>
public static class Catalogue
{
    private const string Digits = "digits";

    /// <summary>Names of the built-in models: those that this build came with.</summary>
    public static IReadOnlyList<string> Names { get; } =
        UNetFolder.IsOne(Pretrained(Digits)) ? [Digits, DemoMixture.Name] : [DemoMixture.Name];

    /// <summary>Opens a model. A network computes on the GPU where there is one.</summary>
    /// <param name="nameOrPath">
    /// A built-in name, the path of a mixture's <c>.json</c>, or a folder in the diffusers layout.
    /// </param>
    /// <exception cref="ModelFormatException">There is no such model, or its files cannot be used.</exception>
    public static Model Open(string nameOrPath)
    {
        ArgumentNullException.ThrowIfNull(nameOrPath);
        return nameOrPath switch
        {
            DemoMixture.Name => Mixture(nameOrPath, DemoMixture.Create()),
            _ when Names.Contains(nameOrPath) => Network(nameOrPath, Pretrained(nameOrPath)),
            _ when File.Exists(nameOrPath) => Mixture(nameOrPath, MixtureFile.Read(nameOrPath)),
            _ when Directory.Exists(nameOrPath) => Network(nameOrPath, nameOrPath),
            _ => throw new ModelFormatException(
                $"{nameOrPath}: no such file or folder, and not a built-in model ({string.Join(", ", Names)})"),
        };
    }

    // Where the networks that ship with the product lie.
    private static string Pretrained(string name) => Path.Combine(AppContext.BaseDirectory, "Pretrained", name);

    private static Model Network(string name, string folder) =>
        new UNetFolder(folder).Open(name, cuda.is_available() ? CUDA : CPU);

    private static Model Mixture(string name, MixtureParameters parameters) => new(
        name,
        $"mixture of {parameters.Weights.Count} Gaussians, exact denoiser",
        new GaussianMixture(parameters),
        Schedule: null);
}
