namespace OrleansDiffusion.Models.Native;

/// <summary>The folders in which an application keeps its native libraries.</summary>
internal static class ApplicationFolders
{
    /// <summary>The folder for libtorch alone.</summary>
    public static string LibTorch => Path.Combine(AppContext.BaseDirectory, "libtorch");

    /// <summary>The application's folder, then those in which the runtime looks for native libraries
    /// (<c>runtimes/linux-x64/native</c>, or where a single-file application unpacks itself).</summary>
    public static IEnumerable<string> Native =>
        [AppContext.BaseDirectory, .. SearchedByRuntime.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)];

    private static string SearchedByRuntime => AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") as string ?? "";

    /// <summary>The first of <paramref name="folders"/> that holds the file.</summary>
    public static string? Holding(string file, IEnumerable<string> folders) =>
        folders.FirstOrDefault(folder => File.Exists(Path.Combine(folder, file)));
}
