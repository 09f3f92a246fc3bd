using OrleansDiffusion.Models.TorchScript;
using OrleansDiffusion.Models.UNets;
using static TorchSharp.torch;

namespace OrleansDiffusion.Models;

/// <summary>The models that can be asked for: by name built-in ones and those of a folder, others by path.</summary>
public static class Catalogue
{
    /// <summary>
    /// The environment variable that names a folder of models, each asked for by its name there: folders in the
    /// diffusers layout, mixtures in <c>.json</c> files, and TorchScript models, which are opened from there alone.
    /// </summary>
    public const string FolderVariable = ModelsFolder.Variable;

    private const string Digits = "digits";

    /// <summary>Names of the models: the built-in ones first, which hide others of their name.</summary>
    /// <exception cref="ModelFormatException">The folder of <see cref="FolderVariable"/> cannot be read.</exception>
    public static IReadOnlyList<string> Names =>
        [.. BuiltIn.Union(ModelsFolder.OfEnvironment()?.Names() ?? [])];

    private static IReadOnlyList<string> BuiltIn { get; } = [Digits, DemoMixture.Name];

    /// <summary>Opens a model. A network computes on the GPU where there is one.</summary>
    /// <param name="nameOrPath">
    /// A name, the path of a mixture's <c>.json</c>, or a folder in the diffusers layout.
    /// </param>
    /// <exception cref="ModelFormatException">There is no such model, or its files cannot be used.</exception>
    public static Model Open(string nameOrPath) => Open(nameOrPath, NetworkDevice());

    /// <summary>Opens a model for a device.</summary>
    /// <param name="nameOrPath">
    /// A name, the path of a mixture's <c>.json</c>, or a folder in the diffusers layout.
    /// </param>
    /// <param name="device">Where a network computes; a mixture always does on the CPU.</param>
    /// <exception cref="ModelFormatException">There is no such model, or its files cannot be used.</exception>
    public static Model Open(string nameOrPath, Device device)
    {
        ArgumentNullException.ThrowIfNull(nameOrPath);
        ArgumentNullException.ThrowIfNull(device);
        return nameOrPath switch
        {
            DemoMixture.Name => Mixture(nameOrPath, DemoMixture.Create()),
            Digits => new UNetFolder(Pretrained(Digits)).Open(nameOrPath, device),
            _ => OpenName(nameOrPath, device) ?? OpenPath(nameOrPath, device),
        };
    }

    /// <summary>Opens a model that is data alone: a mixture's file or a folder in the diffusers layout.</summary>
    internal static Model OpenData(string name, string path, Device device) => File.Exists(path)
        ? Mixture(name, MixtureFile.Read(path)) with { Fingerprint = Fingerprint.Of(path) }
        : new UNetFolder(path).Open(name, device);

    // A path asks nothing of the folder of models.
    private static Model? OpenName(string name, Device device) => Path.GetFileName(name) == name
        ? ModelsFolder.OfEnvironment()?.Open(name, device)
        : null;

    private static Model OpenPath(string path, Device device)
    {
        if (TorchScriptFolder.IsOne(path) || Path.GetExtension(path) == ".pt")
        {
            throw new ModelFormatException(
                $"{path}: a TorchScript model runs code of its own, so it is opened by name alone, from the folder that the "
                + $"environment variable {FolderVariable} names; put it there, and ask for the name of its folder");
        }

        return Path.Exists(path)
            ? OpenData(path, path, device)
            : throw new ModelFormatException(
                $"{path}: no such file or folder, and not the name of a model ({string.Join(", ", Names)})");
    }

    // Where the networks that ship with the product lie.
    private static string Pretrained(string name) => Path.Combine(AppContext.BaseDirectory, "Pretrained", name);

    private static Device NetworkDevice() => cuda.is_available() ? CUDA : CPU;

    private static Model Mixture(string name, MixtureParameters parameters) => new(
        name,
        $"mixture of {parameters.Weights.Count} Gaussians, exact denoiser",
        new GaussianMixture(parameters),
        Schedule: null);
}
