namespace OrleansDiffusion.Models.Native;

/// <summary>Says which files make up libtorch, and where they are.</summary>
internal static class LibTorchFiles
{
    private const string Variable = "ODIFF_LIBTORCH";
    private const string Version = "2.10";
    private const string Main = "libtorch_cpu.so";

    private static readonly string[] Names =
        ["libc10.so", "libc10_cuda.so", Main, "libtorch_cuda.so", "libtorch.so"];

    /// <summary>The full paths of the libtorch libraries that exist, dependencies first.</summary>
    public static IEnumerable<string> Find()
    {
        var folder = Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } named
            ? InNamedFolder(Path.GetFullPath(named))
            : OfApplication();

        return Names.Select(name => Path.Combine(folder, name)).Where(File.Exists);
    }

    private static string InNamedFolder(string named)
    {
        var folder = ApplicationFolders.Holding(Main, [named, Path.Combine(named, "lib")])
            ?? throw new DllNotFoundException(
                $"{Variable} names '{named}', but neither it nor its 'lib' folder holds {Main}: " +
                $"name the folder of a libtorch {Version} for Linux x64.");

        // TorchSharp loads what lies here by its full path, whatever is loaded already, and two libtorch abort.
        if (ApplicationFolders.Holding(Main, ApplicationFolders.Native) is { } other && !IsSame(folder, other))
            throw new DllNotFoundException(
                $"{Variable} names '{named}', but TorchSharp would also load {Main} from '{other}': " +
                "remove that one, or move it to a folder 'libtorch' of the application.");

        return folder;
    }

    private static string OfApplication() =>
        ApplicationFolders.Holding(Main, [ApplicationFolders.LibTorch, .. ApplicationFolders.Native])
        ?? throw new DllNotFoundException(
            "libtorch was not found: reference the package libtorch-cpu-linux-x64 in the application, " +
            $"or set {Variable} to the folder of a libtorch {Version}.");

    private static bool IsSame(string folder, string other) =>
        Path.TrimEndingDirectorySeparator(folder) == Path.TrimEndingDirectorySeparator(other);
}
