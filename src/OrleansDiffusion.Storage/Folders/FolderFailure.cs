using OrleansDiffusion.Storage.Objects;

namespace OrleansDiffusion.Storage.Folders;

/// <summary>What the system says when a folder cannot be used, in one line.</summary>
internal static class FolderFailure
{
    // ENOSPC and EDQUOT; ERROR_HANDLE_DISK_FULL and ERROR_DISK_FULL.
    private static readonly int[] Full = [28, 122, unchecked((int)0x80070027), unchecked((int)0x80070070)];

    // EEXIST, ENOTDIR, EISDIR, EROFS and ENAMETOOLONG.
    private static readonly int[] Lasting = [17, 20, 21, 30, 36];

    /// <summary>Whether an exception is the system's.</summary>
    public static bool Is(Exception e) =>
        e is UnauthorizedAccessException or (IOException and not StoreException) || IsTooLarge(e);

    /// <summary>The same for whoever uses the store.</summary>
    /// <param name="what">What was tried and on which object.</param>
    /// <param name="folder">The store's folder.</param>
    /// <param name="cause">What the system said.</param>
    public static StoreException Of(string what, string folder, Exception cause)
    {
        var isFull = Full.Contains(cause.HResult) || IsTooLarge(cause);
        var why = isFull ? "the disk is full" : cause.Message.ReplaceLineEndings(" ");
        return new StoreException($"cannot {what} in '{folder}': {why}", !isFull && MayPass(cause), cause);
    }

    // What .NET makes of EFBIG: the file has come to the limit of the process or of the file system.
    private static bool IsTooLarge(Exception e) => e is ArgumentOutOfRangeException;

    private static bool MayPass(Exception cause) =>
        cause is IOException and not DirectoryNotFoundException && !Lasting.Contains(cause.HResult);
}
