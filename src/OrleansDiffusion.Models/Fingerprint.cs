using System.Security.Cryptography;

namespace OrleansDiffusion.Models;

/// <summary>Names what is in a model's files, wherever they lie.</summary>
internal static class Fingerprint
{
    /// <summary>SHA-256 of the files' own, hexadecimal.</summary>
    /// <param name="files">Paths, always in the same order.</param>
    /// <exception cref="ModelFormatException">One cannot be read.</exception>
    public static string Of(params ReadOnlySpan<string> files)
    {
        using var all = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var file in files)
        {
            try
            {
                using var content = File.OpenRead(file);
                all.AppendData(SHA256.HashData(content));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new ModelFormatException($"{file}: {e.Message}", e);
            }
        }

        return Convert.ToHexStringLower(all.GetHashAndReset());
    }
}
