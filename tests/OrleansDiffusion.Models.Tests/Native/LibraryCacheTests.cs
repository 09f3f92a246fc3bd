using OrleansDiffusion.Models.Native;

namespace OrleansDiffusion.Models.Tests.Native;

public sealed class LibraryCacheTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("cache-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Content_is_kept_once_and_repaired()
    {
        var path = LibraryCache.Keep([1, 2, 3], _folder);
        File.WriteAllBytes(path, [1]);

        Assert.Equal(path, LibraryCache.Keep([1, 2, 3], _folder));
        Assert.Equal([1, 2, 3], File.ReadAllBytes(path));
        Assert.Single(Directory.EnumerateFileSystemEntries(Path.GetDirectoryName(path)!));
    }

    [Fact]
    public void Different_content_is_kept_apart() =>
        Assert.NotEqual(LibraryCache.Keep([1], _folder), LibraryCache.Keep([2], _folder));

    [Fact]
    public void A_cache_that_cannot_be_written_is_one_clear_line()
    {
        var file = Path.Combine(_folder, "file");
        File.WriteAllText(file, "in the way");

        var error = Assert.Throws<DllNotFoundException>(() => LibraryCache.Keep([1], file));

        Assert.Contains("Set XDG_CACHE_HOME", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }
}
