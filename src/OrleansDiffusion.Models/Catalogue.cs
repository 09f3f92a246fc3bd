namespace OrleansDiffusion.Models;

/// <summary>The models that can be asked for: built-in ones by name, others by path.</summary>
public static class Catalogue
{
    /// <summary>Names of the built-in models.</summary>
    public static IReadOnlyList<string> Names { get; } = [DemoMixture.Name];

    /// <summary>Opens a model.</summary>
    /// <param name="nameOrPath">A built-in name, or the path of a mixture's <c>.json</c>.</param>
    /// <exception cref="ModelFormatException">There is no such model, or its file cannot be used.</exception>
    public static Model Open(string nameOrPath)
    {
        ArgumentNullException.ThrowIfNull(nameOrPath);
        if (nameOrPath == DemoMixture.Name)
            return Mixture(nameOrPath, DemoMixture.Create());
        if (File.Exists(nameOrPath))
            return Mixture(nameOrPath, MixtureFile.Read(nameOrPath));
        throw new ModelFormatException(
            $"{nameOrPath}: no such file, and not a built-in model ({string.Join(", ", Names)})");
    }

    private static Model Mixture(string name, MixtureParameters parameters) => new(
        name,
        $"mixture of {parameters.Weights.Count} Gaussians, exact denoiser",
        new GaussianMixture(parameters),
        Schedule: null);
}
