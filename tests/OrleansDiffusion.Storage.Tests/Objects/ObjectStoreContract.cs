using OrleansDiffusion.Storage.Objects;
using OrleansDiffusion.Tests;

namespace OrleansDiffusion.Storage.Tests.Objects;

/// <summary>What holds of every store.</summary>
public abstract class ObjectStoreContract(Place place) : IDisposable
{
    private const string Name = "jobs/7/checkpoints/0/latest.json";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private IObjectStore Store { get; } = place.Open();

    public static TheoryData<string> WrongNames =>
    [
        "", "/", "/a", "a/", "a//b", ".", "..", "../a", "a/..", "a/../b", "a/./b", ".lock", "a/.b", "a\\b", "a b", "a\nb", "a:b",
        "a%2e", "ü", "~", "*", new string('a', 201), string.Join('/', Enumerable.Repeat("abcdefghi", 91)),
    ];

    public void Dispose()
    {
        place.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Nothing_is_read_where_nothing_was_written()
    {
        Assert.Null(await Store.Read(Name, Token));
        Assert.Empty(await Listed(""));
        await Store.Delete(Name, Token);
        await Store.Delete(Name, "none", Token);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(20_000_000)] // more than one block of a blob
    public async Task What_was_written_is_read_by_any_store(int length)
    {
        var content = Random(length);

        var version = await Store.Write(Name, content, WriteCondition.Always, Token);

        var read = await place.Open().Read(Name, Token);
        Assert.True(content.AsSpan().SequenceEqual(read!.Content.Span));
        Assert.Equal(version, read.Version);
    }

    [Fact]
    public async Task What_is_written_last_is_read()
    {
        var first = await Write(Name, 1);
        var second = await Write(Name, 2);

        Assert.NotEqual(first, second);
        Assert.Equal(2, await Read(Name));
        Assert.Equal([Name], await Listed(""));
    }

    [Fact]
    public async Task What_is_changed_after_writing_changes_nothing()
    {
        byte[] content = [1];
        await Store.Write(Name, content, WriteCondition.Always, Token);

        content[0] = 2;

        Assert.Equal(1, await Read(Name));
    }

    [Fact]
    public async Task An_object_is_made_once()
    {
        await Write(Name, 1, WriteCondition.IfAbsent);

        await AssertConflict(() => Write(Name, 2, WriteCondition.IfAbsent));

        Assert.Equal(1, await Read(Name));
        await Store.Delete(Name, Token);
        await Write(Name, 3, WriteCondition.IfAbsent);
        Assert.Equal(3, await Read(Name));
    }

    [Fact]
    public async Task An_object_that_is_large_is_made_once()
    {
        await Write(Name, 1, WriteCondition.IfAbsent);

        await AssertConflict(() => Store.Write(Name, Random(20_000_000), WriteCondition.IfAbsent, Token));

        Assert.Equal(1, await Read(Name));
    }

    [Fact]
    public async Task A_version_is_replaced_once()
    {
        var first = await Write(Name, 1);
        var second = await Write(Name, 2, WriteCondition.IfVersion(first));

        await AssertConflict(() => Write(Name, 3, WriteCondition.IfVersion(first)));

        Assert.Equal(2, await Read(Name));
        await Write(Name, 4, WriteCondition.IfVersion(second));
        Assert.Equal(4, await Read(Name));
    }

    [Fact]
    public async Task What_is_gone_has_no_version()
    {
        var version = await Write(Name, 1);
        await Store.Delete(Name, Token);

        await AssertConflict(() => Write(Name, 2, WriteCondition.IfVersion(version)));
        await AssertConflict(() => Write("another/one", 2, WriteCondition.IfVersion(version)));

        Assert.Empty(await Listed(""));
    }

    [Fact]
    public async Task A_version_is_deleted_and_no_other()
    {
        var first = await Write(Name, 1);
        var second = await Write(Name, 2);

        await AssertConflict(() => Store.Delete(Name, first, Token));
        Assert.Equal(2, await Read(Name));

        await Store.Delete(Name, second, Token);
        Assert.Null(await Store.Read(Name, Token));
    }

    [Fact]
    public async Task Of_those_who_make_an_object_at_once_one_does()
    {
        for (var round = 0; round < 10; round++)
        {
            var name = $"round/{round}";
            var writers = Enumerable.Range(0, 8).Select(i => Task.Run(() => Wrote(name, (byte)i))).ToList();

            var wrote = await Task.WhenAll(writers);

            var winner = Assert.Single(Enumerable.Range(0, 8), i => wrote[i]);
            Assert.Equal(winner, await Read(name));
        }
    }

    [Fact]
    public async Task No_addition_is_lost_when_several_add()
    {
        const int Adders = 4;
        const int Each = 25;
        await Write(Name, 0);

        await Task.WhenAll(Enumerable.Range(0, Adders).Select(_ => Task.Run(() => Add(place.Open(), Each))));

        Assert.Equal(Adders * Each, await Read(Name));
    }

    [Fact]
    public async Task Whoever_reads_while_it_is_written_reads_one_content()
    {
        await Store.Write(Name, Repeated(0), WriteCondition.Always, Token);
        var writing = Task.Run(
            async () =>
            {
                for (var i = 1; i <= 20; i++)
                    await Store.Write(Name, Repeated((byte)i), WriteCondition.Always, Token);
            },
            Token);
        var reader = place.Open();
        do
        {
            var content = (await reader.Read(Name, Token))!.Content;
            Assert.Equal(Repeated(0).Length, content.Length);
            Assert.Equal(-1, content.Span.IndexOfAnyExcept(content.Span[0]));
        }
        while (!writing.IsCompleted);
        await writing;
    }

    [Fact]
    public async Task Names_are_listed_by_their_beginning()
    {
        string[] names = ["a/b/c", "a/b/d.json", "a/bc", "ab/c", "b"];
        foreach (var name in names)
            await Write(name, 1);

        Assert.Equal(names, await Listed(""));
        Assert.Equal(["a/b/c", "a/b/d.json", "a/bc"], await Listed("a/"));
        Assert.Equal(["a/b/c", "a/b/d.json", "a/bc"], await Listed("a/b"));
        Assert.Equal(["a/b/c", "a/b/d.json"], await Listed("a/b/"));
        Assert.Equal(["a/b/d.json"], await Listed("a/b/d"));
        Assert.Equal(["b"], await Listed("b"));
        Assert.Empty(await Listed("b/"));
        Assert.Empty(await Listed("c/d/"));
    }

    [Theory]
    [MemberData(nameof(WrongNames))]
    public async Task Names_that_lead_elsewhere_are_refused(string name)
    {
        await AssertRefused(() => Store.Read(name, Token));
        await AssertRefused(() => Store.Write(name, new byte[1], WriteCondition.Always, Token));
        await AssertRefused(() => Store.Delete(name, Token));
        await AssertRefused(() => Store.Delete(name, "1", Token));
        if (name.Length > 0 && name != "a/")
            await AssertRefused(async () => await Listed(name));
    }

    [Fact]
    public async Task Who_has_given_up_changes_nothing()
    {
        using var gone = new CancellationTokenSource();
        await gone.CancelAsync();
        await Write(Name, 1);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Store.Read(Name, gone.Token));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => Store.Write(Name, new byte[1], WriteCondition.Always, gone.Token));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Store.Delete(Name, gone.Token));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            async () => await Store.List("", gone.Token).ToListAsync(gone.Token));

        Assert.Equal(1, await Read(Name));
    }

    private static byte[] Repeated(byte value) => [.. Enumerable.Repeat(value, 300_000)];

    private static byte[] Random(int length)
    {
        var content = new byte[length];
        new Random(length).NextBytes(content);
        return content;
    }

    private static async Task AssertConflict(Func<Task> action)
    {
        var conflict = await Assert.ThrowsAsync<StoreConflictException>(action);
        Assert.Equal($"'{conflict.Name}' was changed by somebody else", conflict.Message);
    }

    private static async Task AssertRefused(Func<Task> action)
    {
        var message = (await Assert.ThrowsAsync<ArgumentException>(action)).Message;
        Assert.Contains("' cannot name an object: up to 900 characters", message, StringComparison.Ordinal);
        Assert.DoesNotContain(message, char.IsControl);
    }

    private async Task<bool> Wrote(string name, byte value)
    {
        try
        {
            await place.Open().Write(name, new[] { value }, WriteCondition.IfAbsent, Token);
            return true;
        }
        catch (StoreConflictException)
        {
            return false;
        }
    }

    private static async Task Add(IObjectStore store, int times)
    {
        while (times > 0)
        {
            var there = (await store.Read(Name, Token))!;
            try
            {
                var next = new[] { (byte)(there.Content.Span[0] + 1) };
                await store.Write(Name, next, WriteCondition.IfVersion(there.Version), Token);
                times--;
            }
            catch (StoreConflictException)
            {
                // Another one was faster; once more.
            }
        }
    }

    private Task<string> Write(string name, byte value, WriteCondition? condition = null) =>
        Store.Write(name, new[] { value }, condition ?? WriteCondition.Always, Token);

    private async Task<byte> Read(string name) => Assert.Single((await Store.Read(name, Token))!.Content.ToArray());

    private async Task<IEnumerable<string>> Listed(string prefix) =>
        (await Store.List(prefix, Token).ToListAsync(Token)).Order(StringComparer.Ordinal);
}

public sealed class MemoryObjectStoreTests() : ObjectStoreContract(Place.Memory());

public sealed class FolderObjectStoreTests() : ObjectStoreContract(Place.Folder());

public sealed class BlobObjectStoreTests(Azurite azurite) : ObjectStoreContract(Place.Blobs(azurite));
