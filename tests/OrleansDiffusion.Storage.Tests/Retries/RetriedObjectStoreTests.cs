using Microsoft.Extensions.Logging.Abstractions;
using OrleansDiffusion.Storage.Objects;
using OrleansDiffusion.Storage.Retries;
using OrleansDiffusion.Tests;

namespace OrleansDiffusion.Storage.Tests.Retries;

public sealed class RetriedObjectStoreTests
{
    private const string Name = "a/b";

    private static readonly byte[] Mine = [1];
    private static readonly byte[] Others = [2];

    private readonly ManualTime _time = new();
    private readonly MemoryObjectStore _memory = new();
    private readonly FaultyStore _faulty;

    public RetriedObjectStoreTests() => _faulty = new FaultyStore(_memory);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_store_that_is_busy_for_10_s_is_survived_with_the_default_options()
    {
        for (var round = 0; round < 100; round++) // delays are random
        {
            var free = _time.Now + TimeSpan.FromSeconds(10);
            _faulty.Before = (_, _) => _time.Now < free ? FaultyStore.Fail() : Task.CompletedTask;

            await _time.PassUntil(Retried().Write(Name, Mine, WriteCondition.Always, Token));

            Assert.InRange(_time.Now - free, TimeSpan.Zero, TimeSpan.FromSeconds(6));
        }
    }

    [Fact]
    public async Task Every_call_is_tried_again()
    {
        _faulty.Before = (call, _) => call % 3 != 0 ? FaultyStore.Fail() : Task.CompletedTask;
        var store = Retried();

        var version = await _time.PassUntil(store.Write(Name, Mine, WriteCondition.IfAbsent, Token));
        Assert.Equal(Mine, (await _time.PassUntil(store.Read(Name, Token)))!.Content);
        Assert.Equal([Name], await _time.PassUntil(store.List("", Token).ToListAsync(Token).AsTask()));
        await _time.PassUntil(Done(store.Delete(Name, version, Token)));
        await _time.PassUntil(Done(store.Delete(Name, Token)));

        Assert.Equal(15, _faulty.Calls);
        Assert.Null(await _memory.Read(Name, Token));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    public async Task It_gives_up_after_the_most_attempts(int attempts)
    {
        _faulty.Before = (_, _) => FaultyStore.Fail();

        var failure = await Assert.ThrowsAsync<StoreException>(
            () => _time.PassUntil(Retried(new StorageOptions { MostAttempts = attempts }).Read(Name, Token)));

        Assert.Equal("503 ServerBusy", failure.Message);
        Assert.Equal(attempts, _faulty.Calls);
    }

    [Fact]
    public async Task What_does_not_pass_is_tried_once()
    {
        _faulty.Before = (_, _) => FaultyStore.Fail(mayPass: false);

        await Assert.ThrowsAsync<StoreException>(() => Retried().Read(Name, Token));

        Assert.Equal(1, _faulty.Calls);
    }

    [Fact]
    public async Task A_conflict_is_tried_once_even_if_the_same_is_there()
    {
        await _memory.Write(Name, Mine, WriteCondition.Always, Token);

        await Assert.ThrowsAsync<StoreConflictException>(
            () => Retried().Write(Name, Mine, WriteCondition.IfAbsent, Token));
        await Assert.ThrowsAsync<StoreConflictException>(
            () => Retried().Write(Name, Mine, WriteCondition.IfVersion("none"), Token));
        await Assert.ThrowsAsync<StoreConflictException>(() => Retried().Delete(Name, "none", Token));

        Assert.Equal(3, _faulty.Calls);
    }

    [Fact]
    public async Task An_attempt_without_an_answer_is_given_up_and_tried_again()
    {
        var options = new StorageOptions { AttemptTimeout = TimeSpan.FromSeconds(30) };
        _faulty.Before = (call, token) => call == 1 ? Task.Delay(Timeout.Infinite, token) : Task.CompletedTask;

        await _time.PassUntil(Retried(options).Write(Name, Mine, WriteCondition.IfAbsent, Token));

        Assert.Equal(2, _faulty.Calls);
        Assert.True(_time.Now >= options.AttemptTimeout);
    }

    [Fact]
    public async Task A_store_that_never_answers_is_one_clear_line()
    {
        _faulty.Before = (_, token) => Task.Delay(Timeout.Infinite, token);

        var failure = await Assert.ThrowsAsync<StoreException>(
            () => _time.PassUntil(Retried(new StorageOptions { MostAttempts = 3 }).Read(Name, Token)));

        Assert.Equal("cannot read 'a/b': no answer within 00:01:00", failure.Message);
        Assert.Equal(3, _faulty.Calls);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_write_whose_answer_was_lost_does_not_conflict_with_itself(bool replaces)
    {
        var condition = WriteCondition.IfAbsent;
        if (replaces)
            condition = WriteCondition.IfVersion(await _memory.Write(Name, Others, WriteCondition.Always, Token));
        _faulty.After = (call, _) => call <= 1 ? FaultyStore.Fail() : Task.CompletedTask;

        var version = await _time.PassUntil(Retried().Write(Name, Mine, condition, Token));

        Assert.Equal((await _memory.Read(Name, Token))!.Version, version);
        Assert.Equal(3, _faulty.Calls); // wrote, conflicted, read
    }

    [Fact]
    public async Task What_somebody_else_wrote_in_between_is_a_conflict()
    {
        _faulty.After = async (call, token) =>
        {
            if (call > 1)
                return;
            await _memory.Write(Name, Others, WriteCondition.Always, token);
            await FaultyStore.Fail();
        };

        await Assert.ThrowsAsync<StoreConflictException>(
            () => _time.PassUntil(Retried().Write(Name, Mine, WriteCondition.IfAbsent, Token)));

        Assert.Equal(Others, (await _memory.Read(Name, Token))!.Content);
    }

    [Fact]
    public async Task Who_gives_up_waits_for_no_other_attempt()
    {
        using var giveUp = new CancellationTokenSource();
        _faulty.Before = (_, _) => FaultyStore.Fail();
        var reading = Retried().Read(Name, giveUp.Token);
        Assert.False(reading.IsCompleted);

        await giveUp.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
        Assert.Equal(1, _faulty.Calls);
    }

    private static async Task<bool> Done(Task task)
    {
        await task;
        return true;
    }

    private RetriedObjectStore Retried(StorageOptions? options = null) =>
        new(_faulty, options ?? new StorageOptions(), NullLogger.Instance, _time);
}
