using OrleansDiffusion.Sampling;

namespace OrleansDiffusion.Cli.Output;

/// <summary>Files that are checked before long work and then appear whole or not at all.</summary>
internal static class WritableFile
{
    /// <summary>Makes sure that a file can be written, creating its folder.</summary>
    /// <param name="option">The option that names it.</param>
    /// <param name="path">The file.</param>
    /// <exception cref="InvalidOptionException">It cannot; the message says why.</exception>
    public static void Check(string option, string path)
    {
        try
        {
            if (Directory.Exists(path))
                throw new IOException("it is a folder");
            Write(path + ".check", _ => { });
            File.Delete(path + ".check");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new InvalidOptionException(option, $"cannot be written: {path}: {e.Message.ReplaceLineEndings(" ")}");
        }
    }

    /// <summary>Writes a file beside its place and moves it there.</summary>
    public static void Write(string path, Action<Stream> content)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        Directory.CreateDirectory(folder);
        var temporary = Path.Combine(folder, $".{Path.GetFileName(path)}.{Environment.ProcessId}");
        try
        {
            using (var stream = File.Create(temporary))
                content(stream);
            File.Move(temporary, path, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }
    }
}
