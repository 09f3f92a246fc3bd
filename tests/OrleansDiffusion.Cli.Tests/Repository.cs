namespace OrleansDiffusion.Cli.Tests;

/// <summary>The repository that the tests were built in.</summary>
internal static class Repository
{
    /// <summary>Its folder.</summary>
    public static string Root { get; } = Find();

    private static string Find()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "OrleansDiffusion.sln")))
            folder = Path.GetDirectoryName(folder)!;
        return folder;
    }
}
