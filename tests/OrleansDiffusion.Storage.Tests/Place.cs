using Azure.Storage.Blobs;
using OrleansDiffusion.Storage.Blobs;
using OrleansDiffusion.Storage.Folders;
using OrleansDiffusion.Storage.Objects;
using OrleansDiffusion.Tests;

namespace OrleansDiffusion.Storage.Tests;

/// <summary>Where the stores of one test keep the same objects.</summary>
public sealed class Place : IDisposable
{
    private readonly Func<IObjectStore> _open;
    private readonly Action _delete;

    private Place(Func<IObjectStore> open, Action? delete = null)
    {
        _open = open;
        _delete = delete ?? (() => { });
    }

    public static Place Memory()
    {
        var store = new MemoryObjectStore();
        return new Place(() => store);
    }

    public static Place Folder()
    {
        var folder = Directory.CreateTempSubdirectory("objects-").FullName;
        return new Place(() => new FolderObjectStore(folder), () => Directory.Delete(folder, recursive: true));
    }

    public static Place Blobs(Azurite azurite)
    {
        var container = $"c{Guid.NewGuid():N}";
        return new Place(() => new BlobObjectStore(
            new BlobContainerClient(azurite.ConnectionString, container, BlobObjectStore.Options()), "some/folder"));
    }

    /// <summary>Another store over the same objects.</summary>
    public IObjectStore Open() => _open();

    public void Dispose() => _delete();
}
