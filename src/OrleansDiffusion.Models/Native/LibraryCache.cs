using System.Security.Cryptography;

namespace OrleansDiffusion.Models.Native;

/// <summary>Keeps edited native libraries in a cache folder, named by their content.</summary>
internal static class LibraryCache
{
    /// <summary>The path of a file with exactly this content, written unless it is there: in
    /// <paramref name="cache"/>, else in the user's cache folder.</summary>
    /// <exception cref="DllNotFoundException">The cache folder cannot be written.</exception>
    public static string Keep(byte[] library, string? cache = null)
    {
        var folder = Path.Combine(cache ?? UserCache, "orleansdiffusion");
        var path = Path.Combine(folder, $"{Convert.ToHexStringLower(SHA256.HashData(library))[..16]}.so");
        try
        {
            if (!Holds(path, library))
                Write(folder, path, library);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DllNotFoundException(
                $"TorchSharp's library needs an edited copy on this system, and '{folder}' cannot hold it: {e.Message} " +
                "Set XDG_CACHE_HOME to a folder that can be written.",
                e);
        }

        return path;
    }

    private static string UserCache =>
        Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { } folder && Path.IsPathFullyQualified(folder)
            ? folder
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");

    private static bool Holds(string path, byte[] content) =>
        File.Exists(path) && File.ReadAllBytes(path).AsSpan().SequenceEqual(content);

    // Several processes may start at once: each writes a file of its own, and renaming shows only whole files.
    private static void Write(string folder, string path, byte[] content)
    {
        Directory.CreateDirectory(folder);
        var own = Path.Combine(folder, Path.GetRandomFileName());
        try
        {
            File.WriteAllBytes(own, content);
            File.Move(own, path, overwrite: true);
        }
        finally
        {
            File.Delete(own);
        }
    }
}
