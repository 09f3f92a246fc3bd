using System.Diagnostics;
using OrleansDiffusion.Tests;

namespace OrleansDiffusion.Models.Tests.Native;

/// <summary>Starts the probe: a process that has TorchSharp, no libtorch, and prints a sum.</summary>
internal static class LibTorchProbe
{
    private const string Name = "OrleansDiffusion.LibTorchProbe";

    /// <summary>Where the probe was built: as this project, but for the name.</summary>
    public static string Folder { get; } =
        AppContext.BaseDirectory.Replace("OrleansDiffusion.Models.Tests", Name, StringComparison.Ordinal);

    public static Task<ChildResult> Run(string mode, string libTorch, string cache, string? folder = null) =>
        ChildProcess.Run(new ProcessStartInfo(Path.Combine(folder ?? Folder, Name), [mode])
        {
            Environment = { ["ODIFF_LIBTORCH"] = libTorch, ["XDG_CACHE_HOME"] = cache },
        });
}
