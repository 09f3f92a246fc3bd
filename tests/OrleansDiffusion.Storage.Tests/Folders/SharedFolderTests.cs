using System.Diagnostics;
using System.Text;
using OrleansDiffusion.Storage.Folders;
using OrleansDiffusion.Storage.Objects;
using OrleansDiffusion.Tests;

namespace OrleansDiffusion.Storage.Tests.Folders;

/// <summary>A folder that several processes use, that is full, or in which writes were torn.</summary>
public sealed class SharedFolderTests : IDisposable
{
    private const string Name = "jobs/7/latest.json";

    private readonly string _folder = Directory.CreateTempSubdirectory("objects-").FullName;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string Writing => Path.Combine(_folder, FolderObjectStore.WritingName);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task No_addition_is_lost_when_several_processes_add()
    {
        var ends = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Probe("count", "50")));

        Assert.All(ends, end => Assert.Equal((0, ""), (end.ExitCode, end.Error)));
        var sum = await new FolderObjectStore(_folder).Read(Name, Token);
        Assert.Equal("150", Encoding.ASCII.GetString(sum!.Content.Span));
    }

    [Fact]
    public async Task Of_processes_that_make_an_object_one_does()
    {
        var ends = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Probe("claim")));

        Assert.Equal(["found", "found", "found", "made"], ends.Select(end => end.Output).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_process_that_is_ended_while_it_writes_leaves_one_whole_content()
    {
        for (var writes = 1; writes <= 3; writes++)
        {
            await Probe("overwrite", "4000000", killedAfter: writes);

            var store = new FolderObjectStore(_folder);
            var content = (await store.Read(Name, Token))!.Content;
            Assert.Equal(4_000_000, content.Length);
            Assert.Equal(-1, content.Span.IndexOfAnyExcept(content.Span[0]));
            Assert.Equal([Name], await store.List("", Token).ToListAsync(Token));
            await store.Write(Name, new byte[1], WriteCondition.Always, Token);
            Assert.Empty(Directory.EnumerateFiles(Writing));
        }
    }

    [Fact]
    public async Task What_a_torn_write_has_left_is_deleted_and_what_is_being_written_is_not()
    {
        Directory.CreateDirectory(Writing);
        var left = Path.Combine(Writing, "left");
        var held = Path.Combine(Writing, "held");
        await File.WriteAllTextAsync(left, "half of somethi", Token);
        using var writer = File.OpenHandle(held, FileMode.CreateNew, FileAccess.Write, FileShare.None);
        var store = new FolderObjectStore(_folder);
        Assert.Empty(await store.List("", Token).ToListAsync(Token));

        await store.Write(Name, new byte[1], WriteCondition.Always, Token);

        Assert.Equal([held], Directory.EnumerateFiles(Writing));
        Assert.Equal([Name], await store.List("", Token).ToListAsync(Token));
    }

    [Fact]
    public async Task Who_gives_up_waiting_for_others_leaves_nothing()
    {
        var store = new FolderObjectStore(_folder);
        await store.Write(Name, new byte[1], WriteCondition.Always, Token);
        using var giveUp = new CancellationTokenSource();
        using (var held = await FolderLock.Take(Path.Combine(_folder, FolderObjectStore.LockName), Token))
        {
            var writing = store.Write(Name, new byte[100], WriteCondition.Always, giveUp.Token);
            var deleting = store.Delete(Name, giveUp.Token);
            await Eventually.Holds(() => Directory.EnumerateFiles(Writing).Any(file => new FileInfo(file).Length == 100));
            Assert.False(writing.IsCompleted || deleting.IsCompleted);

            await giveUp.CancelAsync();

            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => writing);
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => deleting);
        }

        Assert.Empty(Directory.EnumerateFiles(Writing));
        Assert.Equal(1, (await store.Read(Name, Token))!.Content.Length);
    }

    [Fact]
    public async Task Who_gives_up_at_any_moment_leaves_the_old_content_or_the_new()
    {
        var store = new FolderObjectStore(_folder);
        var version = await store.Write(Name, new byte[10_000_000], WriteCondition.Always, Token);
        for (var delay = 0; delay < 30; delay++)
        {
            using var giveUp = new CancellationTokenSource(TimeSpan.FromMilliseconds(delay));
            var content = new byte[10_000_000];
            content[0] = (byte)(delay + 1);
            var written = false;
            try
            {
                await store.Write(Name, content, WriteCondition.IfVersion(version), giveUp.Token);
                written = true;
            }
            catch (OperationCanceledException)
            {
                // As asked for.
            }

            var read = (await store.Read(Name, Token))!;
            Assert.Equal(written, read.Version != version);
            Assert.Empty(Directory.EnumerateFiles(Writing));
            version = read.Version;
        }
    }

    [Fact]
    public async Task Folders_go_with_their_last_object()
    {
        var store = new FolderObjectStore(_folder);
        await store.Write("a/b/c/d", new byte[1], WriteCondition.Always, Token);
        await store.Write("a/e", new byte[1], WriteCondition.Always, Token);

        await store.Delete("a/b/c/d", Token);
        Assert.Equal([Path.Combine(_folder, "a", "e")], Directory.EnumerateFileSystemEntries(Path.Combine(_folder, "a")));

        await store.Delete("a/e", Token);
        Assert.False(Directory.Exists(Path.Combine(_folder, "a")));
        Assert.True(Directory.Exists(_folder));
    }

    [Fact]
    public async Task A_file_in_place_of_the_folder_is_one_clear_line()
    {
        var file = Path.Combine(_folder, "file");
        await File.WriteAllTextAsync(file, "", Token);

        var failure = await Assert.ThrowsAsync<StoreException>(
            () => new FolderObjectStore(file).Write(Name, new byte[1], WriteCondition.Always, Token));

        Assert.StartsWith($"cannot write '{Name}' in '{file}': ", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(failure.Message, char.IsControl);
        Assert.False(failure.MayPass);
    }

    [Fact]
    public async Task A_full_disk_is_one_clear_line_and_leaves_the_old_object()
    {
        // A disk of 1 MiB that only this process sees.
        const string Script = "mount -t tmpfs -o size=1m odiff \"$0\" && exec \"$@\"";
        ProcessStartInfo Unshared(params string[] command) =>
            new("unshare", ["--user", "--map-root-user", "--mount", "sh", "-c", Script, _folder, .. command]);
        if (!OperatingSystem.IsLinux() || (await ChildProcess.Run(Unshared("true"))).ExitCode != 0)
            Assert.Skip("this system lets nobody mount a small disk in a namespace of its own (unshare --user --mount)");

        var end = await ChildProcess.Run(Unshared(ProbePath, "fill", _folder, "object", "3000000"));

        Assert.Equal((0, ""), (end.ExitCode, end.Error));
        Assert.Equal(
            [$"False: cannot write 'object' in '{_folder}': the disk is full", ".lock 0", "object 3"],
            end.Output.Split('\n'));
    }

    private static string ProbePath => Path.Combine(
        AppContext.BaseDirectory.Replace("OrleansDiffusion.Storage.Tests", "OrleansDiffusion.StorageProbe", StringComparison.Ordinal),
        "OrleansDiffusion.StorageProbe");

    private Task<ChildResult> Probe(string what, string? argument = null, int? killedAfter = null)
    {
        string[] arguments = [what, _folder, Name, .. argument is null ? Array.Empty<string>() : [argument]];
        return ChildProcess.Run(
            new ProcessStartInfo(ProbePath, arguments),
            (process, line) =>
            {
                if (line == $"{killedAfter}")
                    process.Kill();
            });
    }
}
