using System.Text.Json;

namespace OrleansDiffusion.Models;

/// <summary>A text file that describes a model, or a part of one.</summary>
internal static class ConfigFile
{
    /// <summary>Reads and understands a file.</summary>
    /// <typeparam name="T">What it says.</typeparam>
    /// <param name="path">The file.</param>
    /// <param name="read">Makes sense of its text.</param>
    /// <exception cref="ModelFormatException">It cannot be read or used; the message names it.</exception>
    public static T Read<T>(string path, Func<string, T> read)
    {
        try
        {
            return read(File.ReadAllText(path));
        }
        catch (Exception e) when (e is ModelFormatException or JsonException or IOException or UnauthorizedAccessException)
        {
            throw new ModelFormatException($"{path}: {e.Message.ReplaceLineEndings(" ")}", e);
        }
    }
}
