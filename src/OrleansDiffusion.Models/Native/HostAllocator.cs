using System.Runtime.InteropServices;

namespace OrleansDiffusion.Models.Native;

/// <summary>The C library's allocator, which torch takes its CPU tensors from.</summary>
public static partial class HostAllocator
{
    private const int TrimThreshold = -1; // M_TRIM_THRESHOLD
    private const int MapThreshold = -3;  // M_MMAP_THRESHOLD
    private const int Gibibyte = 1 << 30;

    /// <summary>
    /// Lets it keep what is freed, up to 1 GiB, for the next tensor. Otherwise every tensor of some hundred KiB is
    /// given back to the system and faulted in anew: a quarter of a small network's time. For executables to call,
    /// once; without effect where the C library is not glibc.
    /// </summary>
    public static void KeepFreedMemory()
    {
        try
        {
            _ = SetOption(TrimThreshold, Gibibyte);
            _ = SetOption(MapThreshold, Gibibyte);
        }
        catch (Exception e) when (e is EntryPointNotFoundException or DllNotFoundException)
        {
            // Another C library: only slower.
        }
    }

    [LibraryImport("libc", EntryPoint = "mallopt")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SetOption(int option, int value);
}
