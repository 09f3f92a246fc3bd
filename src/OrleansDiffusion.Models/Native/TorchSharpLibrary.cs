using System.Runtime.InteropServices;

namespace OrleansDiffusion.Models.Native;

/// <summary>Loads the native half of TorchSharp, once libtorch is loaded.</summary>
internal static class TorchSharpLibrary
{
    public const string FileName = "libLibTorchSharp.so";

    public static nint Load()
    {
        var folder = ApplicationFolders.Holding(FileName, ApplicationFolders.Native) ?? "";
        var path = Path.Combine(folder, FileName);
        return NativeLibrary.TryLoad(path, out var handle) ? handle : NativeLibrary.Load(ForOlderSystems(path));
    }

    // The library asks for GLIBCXX_3.4.32 (GCC 13), which Debian 12 and Ubuntu 22.04 do not have, but uses no symbol
    // of it: that version only marks who initialises the standard streams. Any other library is left as it is, and
    // its loader error stands.
    private static string ForOlderSystems(string path)
    {
        if (!File.Exists(path))
            return path;

        var library = File.ReadAllBytes(path);
        return ElfSymbolVersions.TryMakeOptional(library, "GLIBCXX_3.4.32"u8) ? LibraryCache.Keep(library) : path;
    }
}
