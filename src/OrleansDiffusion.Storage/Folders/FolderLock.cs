using Microsoft.Win32.SafeHandles;

namespace OrleansDiffusion.Storage.Folders;

/// <summary>A file that one holder on this machine has open; the system lets go of it when its process ends.</summary>
internal static class FolderLock
{
    private const int LongestPause = 8; // milliseconds

    // EAGAIN of Linux and of macOS, ERROR_SHARING_VIOLATION.
    private static readonly int[] HeldElsewhere = [11, 35, unchecked((int)0x80070020)];

    /// <summary>Waits for the lock; disposing the handle gives it back.</summary>
    /// <param name="path">The file, made where it is missing and never deleted.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <exception cref="IOException">The file cannot be opened.</exception>
    public static async Task<SafeFileHandle> Take(string path, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (TryOpen(path, FileMode.OpenOrCreate) is { } handle)
                return handle;
            await Task.Delay(Random.Shared.Next(1, LongestPause + 1), cancellationToken);
        }
    }

    /// <summary>Opens a file that is there for this holder alone; null if another one has it.</summary>
    /// <exception cref="IOException">The file cannot be opened.</exception>
    public static SafeFileHandle? TryOpen(string path, FileMode mode = FileMode.Open)
    {
        try
        {
            return File.OpenHandle(path, mode, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e) when (HeldElsewhere.Contains(e.HResult))
        {
            return null;
        }
    }
}
