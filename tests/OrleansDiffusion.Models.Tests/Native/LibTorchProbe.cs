using System.Diagnostics;

namespace OrleansDiffusion.Models.Tests.Native;

/// <summary>Starts the probe: a process that has TorchSharp, no libtorch, and prints a sum.</summary>
internal static class LibTorchProbe
{
    private const string Name = "OrleansDiffusion.LibTorchProbe";

    /// <summary>Where the probe was built: as this project, but for the name.</summary>
    public static string Folder { get; } =
        AppContext.BaseDirectory.Replace("OrleansDiffusion.Models.Tests", Name, StringComparison.Ordinal);

    public static async Task<ProbeResult> Run(string mode, string libTorch, string cache, string? folder = null)
    {
        var start = new ProcessStartInfo(Path.Combine(folder ?? Folder, Name), [mode])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["ODIFF_LIBTORCH"] = libTorch, ["XDG_CACHE_HOME"] = cache },
        };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return new ProbeResult(process.ExitCode, (await output).Trim(), (await error).Trim());
    }
}

internal sealed record ProbeResult(int ExitCode, string Output, string Error);
