using OrleansDiffusion.Sampling;

namespace OrleansDiffusion.Cli.Output;

/// <summary>Files that are checked before long work and then appear whole or not at all.</summary>
internal static class WritableFile
{
    /// <summary>Makes sure that a file can be written, and leaves nothing behind.</summary>
    /// <param name="option">The option that names it.</param>
    /// <param name="path">The file.</param>
    /// <exception cref="InvalidOptionException">It cannot; the message says why.</exception>
    public static void Check(string option, string path)
    {
        try
        {
            if (Directory.Exists(path))
                throw new IOException("it is a folder");
            if (Path.GetFileName(path).Length == 0)
                throw new IOException("it names no file");
            var folder = FolderOf(path);
            var missing = FoldersAbove(folder).TakeWhile(above => !Directory.Exists(above)).ToList();
            Directory.CreateDirectory(folder);
            try
            {
                File.Create(TemporaryFor(path), 1, FileOptions.DeleteOnClose).Dispose();
            }
            finally
            {
                missing.ForEach(Directory.Delete);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new InvalidOptionException(option, $"cannot be written: {path}: {e.Message.ReplaceLineEndings(" ")}");
        }
    }

    /// <summary>Writes a file beside its place and moves it there.</summary>
    public static void Write(string path, Action<Stream> content)
    {
        Directory.CreateDirectory(FolderOf(path));
        var temporary = TemporaryFor(path);
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

    private static string FolderOf(string path) => Path.GetDirectoryName(Path.GetFullPath(path))!;

    private static string TemporaryFor(string path) =>
        Path.Combine(FolderOf(path), $".{Path.GetFileName(path)}.{Environment.ProcessId}");

    // The folder itself first, then the one that holds it, and so on.
    private static IEnumerable<string> FoldersAbove(string folder)
    {
        for (var above = folder; above is not null; above = Path.GetDirectoryName(above))
            yield return above;
    }
}
