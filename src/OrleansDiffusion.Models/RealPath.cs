namespace OrleansDiffusion.Models;

/// <summary>Where a path leads once every symbolic link in it is followed.</summary>
internal static class RealPath
{
    private const int MostLinks = 40;

    /// <summary>The path of what exists there, without links.</summary>
    /// <exception cref="IOException">Links lead in a circle.</exception>
    public static string Of(string path)
    {
        var full = Path.GetFullPath(path);
        var real = Path.GetPathRoot(full)!;
        var links = 0;
        var ahead = new Stack<string>();
        Push(ahead, full);
        while (ahead.TryPop(out var name))
        {
            // ".." of a link's target goes up from where the path has led by then, as the system takes it.
            if (name == "..")
            {
                real = Path.GetDirectoryName(real) ?? real;
                continue;
            }

            var entry = Path.Combine(real, name);
            if (new FileInfo(entry).LinkTarget is not { } target)
            {
                real = entry;
                continue;
            }

            if (++links > MostLinks)
                throw new IOException($"{path}: too many levels of symbolic links");
            real = Path.IsPathRooted(target) ? Path.GetPathRoot(target)! : real;
            Push(ahead, target);
        }

        return real;
    }

    private static void Push(Stack<string> ahead, string path)
    {
        foreach (var name in path.Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries).Reverse())
        {
            if (name != ".")
                ahead.Push(name);
        }
    }
}
