using OrleansDiffusion.Storage.Checkpoints;
using OrleansDiffusion.Storage.Objects;
using OrleansDiffusion.Storage.Tests.Retries;
using OrleansDiffusion.Tests;

namespace OrleansDiffusion.Storage.Tests.Checkpoints;

/// <summary>What holds of checkpoints in every store.</summary>
public abstract class CheckpointStoreContract : IDisposable
{
    private const string Batch = "job-7/0";
    private const string Folder = "jobs/job-7/checkpoints/0/";
    private const string Latest = Folder + "latest.json";

    // The calls of a save, in order.
    private const int Content = 1;
    private const int Pointer = 2;
    private const int ContentBefore = 3;

    private readonly Place _place;
    private readonly IObjectStore _objects;
    private readonly FaultyStore _faulty;

    protected CheckpointStoreContract(Place place)
    {
        _place = place;
        _objects = place.Open();
        _faulty = new FaultyStore(place.Open());
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _place.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task What_was_saved_last_is_there_for_the_next_claim()
    {
        var lease = await Claim();
        Assert.Null(lease.Last);
        Assert.Null((await Claim()).Last);
        lease = await Claim();
        for (byte value = 1; value <= 3; value++)
            await lease.Save(TestCheckpoint.Of(value), Token);

        TestCheckpoint.AssertSame(TestCheckpoint.Of(3), (await Claim()).Last);
        TestCheckpoint.AssertSame(TestCheckpoint.Of(3), (await Claim()).Last);
        await AssertKept(contents: 1);
    }

    [Fact]
    public async Task Samples_that_are_all_still_noise_are_kept_too()
    {
        var noise = TestCheckpoint.Of(1).With(null, null);
        await (await Claim()).Save(noise, Token);

        TestCheckpoint.AssertSame(noise, (await Claim()).Last);
    }

    [Fact]
    public async Task Batches_do_not_meet()
    {
        var other = await Store().Claim("job-7/1", TestCheckpoint.JobHash, Token);
        await (await Claim()).Save(TestCheckpoint.Of(1), Token);
        await other.Save(TestCheckpoint.Of(2), Token);
        await other.Remove(Token);

        TestCheckpoint.AssertSame(TestCheckpoint.Of(1), (await Claim()).Last);
    }

    [Fact]
    public async Task Who_claimed_before_is_fenced_out()
    {
        var old = await Claim();
        await old.Save(TestCheckpoint.Of(1), Token);
        var young = await Claim();

        await AssertFenced(() => old.Save(TestCheckpoint.Of(2), Token));
        await AssertFenced(() => old.Remove(Token));

        TestCheckpoint.AssertSame(TestCheckpoint.Of(1), young.Last);
        await young.Save(TestCheckpoint.Of(3), Token);
        await AssertFenced(() => old.Save(TestCheckpoint.Of(4), Token));
        await AssertKept(contents: 1);
        TestCheckpoint.AssertSame(TestCheckpoint.Of(3), (await Claim()).Last);
    }

    [Fact]
    public async Task Of_those_who_claim_at_once_one_can_save()
    {
        for (byte round = 1; round <= 5; round++)
        {
            var leases = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(Claim)));
            var saved = await Task.WhenAll(leases.Select((lease, i) => Task.Run(() => Saved(lease, TestCheckpoint.Of((byte)i)))));

            var winner = Assert.Single(Enumerable.Range(0, 4), i => saved[i]);
            TestCheckpoint.AssertSame(TestCheckpoint.Of((byte)winner), (await Claim()).Last);
            await AssertKept(contents: 1);
        }
    }

    [Fact]
    public async Task Who_saves_while_another_claims_is_fenced_out_or_its_checkpoint_is_taken()
    {
        for (var round = 0; round < 10; round++)
        {
            var old = await Claim();
            await old.Save(TestCheckpoint.Of(1), Token);
            var saving = Task.Run(() => Saved(old, TestCheckpoint.Of(2)));

            var young = await Claim();

            TestCheckpoint.AssertSame(TestCheckpoint.Of((byte)(await saving ? 2 : 1)), young.Last);
            TestCheckpoint.AssertSame(young.Last!, (await Claim()).Last);
        }
    }

    [Fact]
    public async Task Another_job_is_refused_and_fences_nobody_out()
    {
        var lease = await Claim();
        await lease.Save(TestCheckpoint.Of(1), Token);

        var refusal = await Assert.ThrowsAsync<CheckpointMismatchException>(() => Store().Claim(Batch, "another", Token));

        Assert.Contains("batch job-7/0", refusal.Message, StringComparison.Ordinal);
        await lease.Save(TestCheckpoint.Of(2), Token);
        await Assert.ThrowsAsync<ArgumentException>(
            () => lease.Save(TestCheckpoint.Of(2) with { JobHash = "another" }, Token));
    }

    [Fact]
    public async Task A_batch_that_is_done_leaves_nothing()
    {
        var lease = await Claim();
        await lease.Save(TestCheckpoint.Of(1), Token);
        await Orphan();

        await lease.Remove(Token);
        await lease.Remove(Token);

        Assert.Empty(await Names());
        await AssertFenced(() => lease.Save(TestCheckpoint.Of(2), Token));
        Assert.Empty(await Names());
        Assert.Null((await Claim()).Last);
    }

    [Fact]
    public async Task What_torn_saves_have_left_goes_with_the_next_claim()
    {
        await (await Claim()).Save(TestCheckpoint.Of(1), Token);
        await Orphan();
        await Orphan();

        TestCheckpoint.AssertSame(TestCheckpoint.Of(1), (await Claim()).Last);

        await AssertKept(contents: 1);
    }

    [Theory]
    [InlineData(Content, false)]
    [InlineData(Content, true)]
    [InlineData(Pointer, false)]
    [InlineData(Pointer, true)]
    [InlineData(ContentBefore, false)]
    [InlineData(ContentBefore, true)]
    public async Task Wherever_a_save_fails_one_of_both_checkpoints_is_whole_and_the_next_save_works(int at, bool isDone)
    {
        var lease = await Claim(_faulty);
        await lease.Save(TestCheckpoint.Of(1), Token);
        var failing = _faulty.Calls + at;
        _faulty.Before = (call, _) => call == failing && !isDone ? FaultyStore.Fail() : Task.CompletedTask;
        _faulty.After = (call, _) => call == failing && isDone ? FaultyStore.Fail() : Task.CompletedTask;

        var failure = await Record.ExceptionAsync(() => lease.Save(TestCheckpoint.Of(2), Token));

        Assert.Equal(at == ContentBefore, failure is null); // the checkpoint is kept by then
        await lease.Save(TestCheckpoint.Of(3), Token);
        await AssertKept(contents: 1);
        TestCheckpoint.AssertSame(TestCheckpoint.Of(3), (await Claim()).Last);
    }

    [Theory]
    [InlineData(Content, false, 1)]
    [InlineData(Content, true, 1)]
    [InlineData(Pointer, false, 1)]
    [InlineData(Pointer, true, 2)]
    [InlineData(ContentBefore, false, 2)]
    [InlineData(ContentBefore, true, 2)]
    public async Task Wherever_a_save_is_given_up_the_next_claim_has_one_of_both_checkpoints_and_no_rest(
        int at, bool isDone, byte kept)
    {
        using var giveUp = new CancellationTokenSource();
        var lease = await Claim(_faulty);
        await lease.Save(TestCheckpoint.Of(1), Token);
        var last = _faulty.Calls + at;
        _faulty.Before = (call, token) => GiveUp(call == last && !isDone, token);
        _faulty.After = (call, token) => GiveUp(call == last && isDone, token);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => lease.Save(TestCheckpoint.Of(2), giveUp.Token));

        TestCheckpoint.AssertSame(TestCheckpoint.Of(kept), (await Claim()).Last);
        await AssertKept(contents: 1);

        async Task GiveUp(bool isNow, CancellationToken token)
        {
            if (isNow)
                await giveUp.CancelAsync();
            token.ThrowIfCancellationRequested();
        }
    }

    [Fact]
    public async Task A_content_that_the_next_claim_goes_on_from_is_not_deleted_by_who_was_fenced_out()
    {
        var old = await Claim(_faulty);
        CheckpointLease? young = null;
        var start = _faulty.Calls;
        _faulty.After = async (call, _) =>
        {
            if (call != start + Pointer)
                return;
            young = await Claim(); // the pointer is written, its answer is lost, and the try after it conflicts
            throw new StoreConflictException(Latest);
        };

        await AssertFenced(() => old.Save(TestCheckpoint.Of(1), Token));

        TestCheckpoint.AssertSame(TestCheckpoint.Of(1), young!.Last);
        TestCheckpoint.AssertSame(TestCheckpoint.Of(1), (await Claim()).Last);
    }

    [Fact]
    public async Task What_the_next_claim_saves_is_no_rest_for_who_cleans_up_after_its_own()
    {
        await (await Claim()).Save(TestCheckpoint.Of(1), Token);
        await Orphan();
        var before = (await _objects.Read(Latest, Token))!.Version;
        CheckpointLease? young = null;
        _faulty.After = async (_, _) =>
        {
            if (young is not null || (await _objects.Read(Latest, Token))!.Version == before)
                return;
            young = await Claim(); // as soon as the pointer is the old one's
            await young.Save(TestCheckpoint.Of(2), Token);
        };

        var old = await Claim(_faulty);

        await AssertFenced(() => old.Save(TestCheckpoint.Of(3), Token));
        await AssertKept(contents: 1);
        TestCheckpoint.AssertSame(TestCheckpoint.Of(2), (await Claim()).Last);
    }

    [Fact]
    public async Task A_pointer_to_nothing_is_refused_until_it_is_discarded()
    {
        await (await Claim()).Save(TestCheckpoint.Of(1), Token);
        var content = (await Names()).Single(name => name != Latest);
        await _objects.Delete(content, Token);

        var refusal = await Assert.ThrowsAsync<BrokenObjectException>(Claim);
        Assert.Equal($"'{content}' is missing, though {Latest} points to it", refusal.Message);

        await Store().Discard(Batch, Token);
        Assert.Null((await Claim()).Last);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("""{"owner":"a"}""")]
    [InlineData("""{"owner":null,"content":null,"sha256":null}""")]
    [InlineData("""{"owner":"a","content":"../../../secret","sha256":"00"}""")]
    [InlineData("""{"owner":"a","content":"","sha256":"00"}""")]
    [InlineData("""{"owner":"a","owner":"b","content":null,"sha256":null}""")]
    public async Task A_broken_pointer_is_refused(string json)
    {
        await _objects.Write(Latest, System.Text.Encoding.UTF8.GetBytes(json), WriteCondition.Always, Token);

        var refusal = await Assert.ThrowsAsync<BrokenObjectException>(Claim);

        Assert.StartsWith($"'{Latest}' is broken: ", refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(refusal.Message, char.IsControl);
        await Store().Discard(Batch, Token);
        Assert.Empty(await Names());
    }

    [Theory]
    [InlineData("")]
    [InlineData("7")]
    [InlineData("7/0/1")]
    [InlineData("7/")]
    [InlineData("../0")]
    [InlineData("7\n/0")]
    public async Task What_cannot_name_a_batch_is_refused(string batch)
    {
        var message = (await Assert.ThrowsAsync<ArgumentException>(
            () => Store().Claim(batch, TestCheckpoint.JobHash, Token))).Message;

        Assert.Contains("cannot name a batch", message, StringComparison.Ordinal);
        Assert.DoesNotContain(message, char.IsControl);
    }

    [Fact]
    public async Task What_is_no_checkpoint_is_refused()
    {
        var lease = await Claim();
        var good = TestCheckpoint.Of(1);

        foreach (var bad in new[]
        {
            good with { States = [], Leads = [] }, good with { States = default }, good with { Leads = default },
            good.WithLeads(1), good.WithLeads(1, 1, -1), good.With([], []), good.With(new byte[3]),
            good.With(new byte[4], new byte[8]), good.With(new byte[4], null, []),
        })
            await Assert.ThrowsAsync<ArgumentException>(() => lease.Save(bad, Token));

        Assert.Equal([Latest], await Names());
    }

    private static async Task<bool> Saved(CheckpointLease lease, Checkpoint checkpoint)
    {
        try
        {
            await lease.Save(checkpoint, Token);
            return true;
        }
        catch (FencedException)
        {
            return false;
        }
    }

    private static async Task AssertFenced(Func<Task> action) => Assert.Equal(
        "batch job-7/0 was claimed by somebody else", (await Assert.ThrowsAsync<FencedException>(action)).Message);

    private static Task<CheckpointLease> Claim(IObjectStore store) =>
        new CheckpointStore(store).Claim(Batch, TestCheckpoint.JobHash, Token);

    private Task<CheckpointLease> Claim() => Claim(_place.Open());

    private CheckpointStore Store() => new(_place.Open());

    private Task<string> Orphan() =>
        _objects.Write($"{Folder}{Guid.NewGuid():N}.safetensors", new byte[100], WriteCondition.IfAbsent, Token);

    private ValueTask<List<string>> Names() => _objects.List("jobs/job-7/", Token).ToListAsync(Token);

    private async Task AssertKept(int contents)
    {
        var names = await Names();
        Assert.Contains(Latest, names);
        Assert.Equal(contents + 1, names.Count);
    }
}

public sealed class MemoryCheckpointStoreTests() : CheckpointStoreContract(Place.Memory());

public sealed class FolderCheckpointStoreTests() : CheckpointStoreContract(Place.Folder());

public sealed class BlobCheckpointStoreTests(Azurite azurite) : CheckpointStoreContract(Place.Blobs(azurite));
