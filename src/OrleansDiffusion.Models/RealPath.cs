namespace OrleansDiffusion.Models;

/// <summary>Where a path leads once every symbolic link in it is followed.</summary>
internal static class RealPath
{
    /// <summary>The path of what exists there, without links.</summary>
    /// <exception cref="IOException">Nothing is there, or links lead in a circle.</exception>
    public static string Of(string path)
    {
        var full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        if (Path.GetDirectoryName(full) is not { } parent)
            return full;
        var entry = Path.Combine(Of(parent), Path.GetFileName(full));
        return File.ResolveLinkTarget(entry, returnFinalTarget: true) is { } target ? Of(target.FullName) : entry;
    }
}
