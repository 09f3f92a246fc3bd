using OrleansDiffusion.Storage.Objects;

namespace OrleansDiffusion.Storage.Folders;

/// <summary>What the system says when a folder cannot be used, in one line.</summary>
internal static class FolderFailure
{
    // ENOSPC, EDQUOT and EFBIG; ERROR_HANDLE_DISK_FULL and ERROR_DISK_FULL.
    private static readonly int[] Full = [28, 122, 27, unchecked((int)0x80070027), unchecked((int)0x80070070)];

    // EEXIST, ENOTDIR, EISDIR, EROFS and ENAMETOOLONG.
    private static readonly int[] Lasting = [17, 20, 21, 30, 36];

    /// <summary>Whether an exception is the system's.</summary>
    public static bool Is(Exception e) => e is UnauthorizedAccessException or (IOException and not StoreException);

    /// <summary>The same for whoever uses the store.</summary>
    /// <param name="what">What was tried and on which object.</param>
    /// <param name="folder">The store's folder.</param>
    /// <param name="cause">What the system said.</param>
    public static StoreException Of(string what, string folder, Exception cause)
    {
        var isFull = Full.Contains(cause.HResult);
        var why = isFull ? "the disk is full" : cause.Message.ReplaceLineEndings(" ");
        return new StoreException($"cannot {what} in '{folder}': {why}", !isFull && MayPass(cause), cause);
    }

    private static bool MayPass(Exception cause) =>
        cause is IOException and not DirectoryNotFoundException && !Lasting.Contains(cause.HResult);
}
