using OrleansDiffusion.Models.TorchScript;
using OrleansDiffusion.Models.UNets;
using static TorchSharp.torch;

namespace OrleansDiffusion.Models;

/// <summary>
/// A folder of models that whoever runs the program names, in the environment variable ODIFF_MODELS. Its entries are
/// asked for by name: folders in the diffusers layout, mixtures in <c>.json</c> files, and TorchScript models. The
/// latter run code of their own, and to name their folder is to trust them; they are opened from nowhere else.
/// </summary>
/// <param name="path">The folder.</param>
internal sealed class ModelsFolder(string path)
{
    /// <summary>The environment variable that names the folder.</summary>
    public const string Variable = "ODIFF_MODELS";

    /// <summary>The folder that the environment names, or null.</summary>
    public static ModelsFolder? OfEnvironment() =>
        Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } path ? new ModelsFolder(path) : null;

    /// <summary>Names of the entries that look like models, in order.</summary>
    /// <exception cref="ModelFormatException">The folder cannot be read.</exception>
    public IReadOnlyList<string> Names()
    {
        try
        {
            return [.. Directory.EnumerateFileSystemEntries(path)
                .Where(IsModel).Select(entry => Path.GetFileName(entry)).Order(StringComparer.Ordinal)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ModelFormatException($"{Variable}: {e.Message}", e);
        }
    }

    /// <summary>Opens an entry.</summary>
    /// <param name="name">Its name; a path finds nothing.</param>
    /// <param name="device">Where a network computes.</param>
    /// <returns>The model, or null if there is no such entry.</returns>
    /// <exception cref="ModelFormatException">The entry cannot be used.</exception>
    public Model? Open(string name, Device device)
    {
        // Only what the folder itself lists is opened, so no "..", separator or the like leads anywhere else.
        if (!Names().Contains(name))
            return null;
        var entry = Path.Combine(path, name);
        CheckInside(entry);
        if (!TorchScriptFolder.IsOne(entry))
            return Catalogue.OpenData(name, entry, device);
        foreach (var file in TorchScriptFolder.Files.Select(file => Path.Combine(entry, file)).Where(File.Exists))
            CheckInside(file);
        return new TorchScriptFolder(entry).Open(name, device);
    }

    private static bool IsModel(string entry) => Directory.Exists(entry)
        ? UNetFolder.IsOne(entry) || TorchScriptFolder.IsOne(entry)
        : File.Exists(entry) && Path.GetExtension(entry) == ".json";

    private void CheckInside(string entry)
    {
        if (!LeadsInside(entry))
            throw new ModelFormatException($"{entry}: is a symbolic link that leads out of the folder of {Variable}");
    }

    private bool LeadsInside(string entry)
    {
        try
        {
            var inside = RealPath.Of(path) + Path.DirectorySeparatorChar;
            return RealPath.Of(entry).StartsWith(inside, StringComparison.Ordinal);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ModelFormatException($"{entry}: {e.Message}", e);
        }
    }
}
