using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;
using OrleansDiffusion.Storage.Objects;

namespace OrleansDiffusion.Storage.Folders;

/// <summary>Keeps objects as the files of a folder, which several processes of one machine may share.</summary>
/// <remarks>
/// A file is written beside the others under <c>.writing</c>, flushed, and renamed; changes take turns by a lock on
/// <c>.lock</c>, which is held while the condition is checked and the file renamed. The folder is one file system. What a
/// process that died has left is deleted with the first change that another one makes. A version is the SHA-256 of the
/// content.
/// </remarks>
public sealed class FolderObjectStore : IObjectStore
{
    /// <summary>The folder within the store in which files are written; no object's name begins with a dot.</summary>
    internal const string WritingName = ".writing";

    /// <summary>The file within the store that is locked.</summary>
    internal const string LockName = ".lock";

    // How much is written before it is asked whether to go on.
    private const int ChunkBytes = 1 << 22;

    private readonly string _folder;
    private readonly string _writing;
    private readonly string _lock;
    private int _swept;

    /// <summary>A store in a folder, which is made by the first write.</summary>
    /// <param name="folder">Path of the folder.</param>
    public FolderObjectStore(string folder)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        _folder = Path.GetFullPath(folder);
        _writing = Path.Combine(_folder, WritingName);
        _lock = Path.Combine(_folder, LockName);
    }

    /// <inheritdoc/>
    public Task<StoredObject?> Read(string name, CancellationToken cancellationToken)
    {
        var path = PathOf(name);
        return Guarded($"read '{name}'", () => ReadFile(path, cancellationToken), cancellationToken);
    }

    /// <inheritdoc/>
    public Task<string> Write(
        string name, ReadOnlyMemory<byte> content, WriteCondition condition, CancellationToken cancellationToken)
    {
        var path = PathOf(name);
        ArgumentNullException.ThrowIfNull(condition);
        return Guarded(
            $"write '{name}'", () => WriteFile(name, path, content, condition, cancellationToken), cancellationToken);
    }

    /// <inheritdoc/>
    public Task Delete(string name, CancellationToken cancellationToken) =>
        Delete(name, WriteCondition.Always, cancellationToken);

    /// <inheritdoc/>
    public Task Delete(string name, string version, CancellationToken cancellationToken) =>
        Delete(name, WriteCondition.IfVersion(version), cancellationToken);

    /// <inheritdoc/>
    public async IAsyncEnumerable<string> List(
        string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ObjectName.CheckPrefix(prefix);
        var names = await Guarded($"list '{prefix}'", () => Task.FromResult(Names(prefix)), cancellationToken);
        foreach (var name in names)
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return name;
        }
    }

    // Files are opened, renamed and flushed synchronously, which is nothing for the caller's thread.
    private async Task<T> Guarded<T>(string what, Func<Task<T>> action, CancellationToken cancellationToken)
    {
        try
        {
            return await Task.Run(action, cancellationToken);
        }
        catch (Exception e) when (FolderFailure.Is(e))
        {
            throw FolderFailure.Of(what, _folder, e);
        }
    }

    private string PathOf(string name)
    {
        ObjectName.Check(name);
        return Path.Combine(_folder, name);
    }

    private static async Task<StoredObject?> ReadFile(string path, CancellationToken cancellationToken)
    {
        try
        {
            var content = await File.ReadAllBytesAsync(path, cancellationToken);
            return new StoredObject(content, VersionOf(content));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    private async Task<string> WriteFile(
        string name, string path, ReadOnlyMemory<byte> content, WriteCondition condition,
        CancellationToken cancellationToken)
    {
        await Prepare(cancellationToken);
        var (written, file) = Create();
        try
        {
            for (var start = 0; start < content.Length; start += ChunkBytes)
                await RandomAccess.WriteAsync(
                    file, content[start..Math.Min(start + ChunkBytes, content.Length)], start, cancellationToken);
            RandomAccess.FlushToDisk(file);

            using var held = await FolderLock.Take(_lock, cancellationToken);
            if (!condition.Holds(VersionOf(path)))
                throw new StoreConflictException(name);
            cancellationToken.ThrowIfCancellationRequested();
            MakeFolder(Path.GetDirectoryName(path)!);
            file.Dispose(); // what appears under its name must be open to readers
            File.Move(written, path, overwrite: true);
            FolderFlush.Flush(Path.GetDirectoryName(path)!);
        }
        finally
        {
            file.Dispose();
            File.Delete(written);
        }

        return VersionOf(content.Span);
    }

    private Task<bool> Delete(string name, WriteCondition condition, CancellationToken cancellationToken)
    {
        var path = PathOf(name);
        return Guarded(
            $"delete '{name}'", () => DeleteFile(name, path, condition, cancellationToken), cancellationToken);
    }

    private async Task<bool> DeleteFile(
        string name, string path, WriteCondition condition, CancellationToken cancellationToken)
    {
        if (!File.Exists(path))
            return false;
        await Prepare(cancellationToken);
        using var held = await FolderLock.Take(_lock, cancellationToken);
        if (VersionOf(path) is not { } version)
            return false;
        if (!condition.Holds(version))
            throw new StoreConflictException(name);
        File.Delete(path);
        FolderFlush.Flush(DeleteEmptyFolders(Path.GetDirectoryName(path)!));
        return true;
    }

    // Nobody else can open it, which tells a file that is being written from one that was left. It may be taken for one in
    // the moment before it is locked; then another one is made.
    private (string Path, SafeFileHandle File) Create()
    {
        while (true)
        {
            var path = Path.Combine(_writing, Path.GetRandomFileName());
            if (FolderLock.TryOpen(path, FileMode.CreateNew) is not { } file)
                continue;
            if (File.Exists(path))
                return (path, file);
            file.Dispose();
        }
    }

    private async Task Prepare(CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(_writing);
        if (Interlocked.Exchange(ref _swept, 1) == 1)
            return;
        using var held = await FolderLock.Take(_lock, cancellationToken);
        foreach (var left in Directory.EnumerateFiles(_writing))
            DeleteUnlessWritten(left);
    }

    // A writer holds its file until it holds the store's lock, so that one which is free here belongs to nobody.
    private static void DeleteUnlessWritten(string path)
    {
        try
        {
            using var handle = FolderLock.TryOpen(path);
            if (handle is not null)
                File.Delete(path);
        }
        catch (FileNotFoundException)
        {
            // Its writer has given it up in this moment.
        }
    }

    private static void MakeFolder(string folder)
    {
        if (Directory.Exists(folder))
            return;
        var parent = Path.GetDirectoryName(folder)!;
        MakeFolder(parent);
        Directory.CreateDirectory(folder);
        FolderFlush.Flush(parent);
    }

    // The folder that is left.
    private string DeleteEmptyFolders(string folder)
    {
        while (folder != _folder && !Directory.EnumerateFileSystemEntries(folder).Any())
        {
            Directory.Delete(folder);
            folder = Path.GetDirectoryName(folder)!;
        }

        return folder;
    }

    private string[] Names(string prefix)
    {
        var folder = Path.Combine(_folder, prefix[..(prefix.LastIndexOf('/') + 1)]);
        if (!Directory.Exists(folder))
            return [];
        return
        [
            .. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
                .Select(path => Path.GetRelativePath(_folder, path).Replace(Path.DirectorySeparatorChar, '/'))
                .Where(name => name.StartsWith(prefix, StringComparison.Ordinal) && ObjectName.IsName(name)),
        ];
    }

    private static string? VersionOf(string path)
    {
        try
        {
            using var file = File.OpenRead(path);
            return Convert.ToHexStringLower(SHA256.HashData(file));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    private static string VersionOf(ReadOnlySpan<byte> content) => Convert.ToHexStringLower(SHA256.HashData(content));
}
