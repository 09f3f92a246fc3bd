using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace OrleansDiffusion.Storage.Folders;

/// <summary>Makes what was renamed in a folder survive a power failure.</summary>
internal static partial class FolderFlush
{
    /// <summary>Writes a folder's entries to the disk.</summary>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    public static void Flush(string folder)
    {
        if (OperatingSystem.IsWindows())
            return; // it opens no folders for this, and its journal keeps renames
        using var handle = Open(folder, flags: 0);
        if (handle.IsInvalid)
            throw new IOException(
                $"cannot open '{folder}': {Marshal.GetLastPInvokeErrorMessage()}",
                new Win32Exception(Marshal.GetLastPInvokeError()));
        RandomAccess.FlushToDisk(handle);
    }

    // File.OpenHandle refuses folders.
    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial SafeFileHandle Open(string path, int flags);
}
