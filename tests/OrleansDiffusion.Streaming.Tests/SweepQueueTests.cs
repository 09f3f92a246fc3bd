using Orleans.Streams;
using OrleansDiffusion.Tests;

namespace OrleansDiffusion.Streaming.Tests;

/// <summary>A queue of 1000 bytes without a cluster; the test is its pulling agent.</summary>
public sealed class SweepQueueTests
{
    private static readonly StreamId Stream = StreamId.Create("tests", "a");
    private static readonly StreamId Other = StreamId.Create("tests", "b");
    private static readonly TimeSpan Forever = TimeSpan.FromDays(1);

    private readonly StoppedTime _time = new();
    private readonly object _agent = new();
    private readonly SweepQueue _queue;

    public SweepQueueTests()
    {
        _queue = NewQueue();
        _queue.Attach(_agent);
    }

    [Fact]
    public async Task Reading_waits_for_news_and_tells_the_streams_that_have_some()
    {
        var reading = Read();
        Assert.False(reading.IsCompleted);

        Enqueue("a0");
        Assert.Equal([Stream], (await reading).Select(news => news.StreamId));

        Enqueue("a1");
        Enqueue("b0", stream: Other);
        Enqueue("a2");
        Assert.Equal([Stream, Other], (await Read()).Select(news => news.StreamId));
    }

    [Fact]
    public async Task Reading_ends_when_it_is_cancelled()
    {
        using var cancellation = new CancellationTokenSource();
        var reading = _queue.ReadAsync(Forever, cancellation.Token);

        await cancellation.CancelAsync();

        await reading.Completes();
        Assert.Empty(await reading);
    }

    [Fact]
    public void A_cursor_takes_all_that_is_queued_for_its_stream_in_order()
    {
        using var cursor = _queue.OpenCursor(Stream, null);
        Enqueue("a0");
        Enqueue("b0", stream: Other);
        Enqueue("a1");
        Enqueue("a2");

        Assert.Equal(["a0", "a1", "a2"], Next(cursor));
        Assert.Empty(Next(cursor));
        Enqueue("a3");
        Assert.Equal(["a3"], Next(cursor));
    }

    [Fact]
    public void A_delivery_is_not_larger_than_the_largest_item()
    {
        using var cursor = _queue.OpenCursor(Stream, null);
        Enqueue("a0", bytes: 200);
        Enqueue("a1", bytes: 200);
        Enqueue("a2", bytes: 200);
        Enqueue("a3", bytes: 400);

        Assert.Equal(["a0", "a1"], Next(cursor));
        Assert.Equal(["a2"], Next(cursor));
        Assert.Equal(["a3"], Next(cursor));
    }

    [Fact]
    public async Task Room_is_what_no_consumer_needs()
    {
        using var slow = _queue.OpenCursor(Stream, null);
        using var quick = _queue.OpenCursor(Stream, null);
        Enqueue("a0", bytes: 400);
        Enqueue("a1", bytes: 400);
        await Act();

        Assert.Equal(["a0"], Next(quick));
        Assert.Equal(["a1"], Next(quick));
        Assert.Equal(["a0"], Next(slow));
        Assert.Empty(Next(quick));
        Assert.Equal(PublishOutcome.Full, TryEnqueue("a2", bytes: 400));

        // Asking for the next delivery says that the last one is done with.
        Assert.Equal(["a1"], Next(slow));
        Assert.Equal(PublishOutcome.Accepted, TryEnqueue("a2", bytes: 400));
        Assert.Equal(PublishOutcome.Full, TryEnqueue("a3", bytes: 400));
        Assert.True(_queue.Bytes <= 1000);
    }

    [Fact]
    public async Task What_nobody_subscribed_to_is_kept_until_the_agent_has_seen_it()
    {
        Enqueue("a0", bytes: 400);
        Assert.Equal(400, _queue.HeldBytes);
        await Read();
        Assert.Equal(400, _queue.HeldBytes);

        _queue.Settle();

        Assert.Equal(0, _queue.HeldBytes);
    }

    [Fact]
    public async Task A_consumer_whose_cursor_is_late_still_gets_what_was_delivered_to_others()
    {
        using var early = _queue.OpenCursor(Stream, null);
        Enqueue("a0", bytes: 100);
        var token = (await Act())[0].SequenceToken;
        Assert.Equal(["a0"], Next(early));
        Assert.Empty(Next(early));
        Assert.Equal(0, _queue.HeldBytes);

        using var late = _queue.OpenCursor(Stream, token.SequenceNumber);

        Assert.Equal(100, _queue.HeldBytes);
        Assert.Equal(["a0"], Next(late));
        Assert.Empty(Next(late));
        Assert.Equal(0, _queue.HeldBytes);
    }

    [Fact]
    public async Task Delivered_items_stay_for_half_a_minute_and_an_eighth_of_the_bytes()
    {
        using var cursor = _queue.OpenCursor(Stream, null);
        Enqueue("a0", bytes: 100);
        await Act();
        Next(cursor);
        Enqueue("a1", bytes: 100);
        await Act();
        Next(cursor);
        Next(cursor);
        Assert.Equal((0, 100), (_queue.HeldBytes, _queue.Bytes));

        _time.Advance(TimeSpan.FromSeconds(31));
        _queue.Settle();

        Assert.Equal(0, _queue.Bytes);
    }

    [Fact]
    public async Task Publishers_get_room_in_the_order_they_asked_as_far_as_it_goes()
    {
        using var cursor = _queue.OpenCursor(Stream, null);
        Enqueue("a0", bytes: 400);
        Enqueue("a1", bytes: 400);
        await Act();
        var waits = Enumerable.Range(0, 3).Select(_ => _queue.WhenRoom(300, Forever)).ToList();
        Assert.Equal(3, _queue.Waiting);

        Next(cursor);
        Next(cursor);

        // 400 of 1000 bytes are held.
        await Task.WhenAll(waits[0], waits[1]).Completes();
        Assert.Equal(1, _queue.Waiting);
        Assert.False(waits[2].IsCompleted);
    }

    [Fact]
    public async Task A_queue_that_moves_takes_along_what_was_not_delivered()
    {
        using var cursor = _queue.OpenCursor(Stream, null);
        Enqueue("a0");
        await Act();
        Next(cursor);
        Enqueue("a1", bytes: 300);
        Enqueue("b0", bytes: 300, stream: Other);
        Enqueue("a2", bytes: 300);
        Next(cursor);
        var waits = _queue.WhenRoom(400, Forever);

        var moved = new List<SweepItem[]>();
        do
            moved.Add(_queue.Leave(mostBytes: 600));
        while (moved[^1].Length > 0);

        Assert.Equal([2, 1, 0], moved.Select(items => items.Length));
        Assert.Equal(PublishOutcome.Moving, TryEnqueue("a3"));
        Assert.False(_queue.IsRead);
        Assert.Equal(0, _queue.Bytes);
        await waits.Completes();

        var target = NewQueue();
        foreach (var items in moved)
            target.Append(items);
        target.Attach(new object());
        Assert.Equal(PublishOutcome.Accepted, target.TryEnqueue(Item("a3", 64, Stream)));
        var news = await target.ReadAsync(Forever, TestContext.Current.CancellationToken);
        Assert.Equal([Stream, Other], news.Select(n => n.StreamId));
        using var there = target.OpenCursor(Stream, news[0].SequenceToken.SequenceNumber);
        Assert.Equal(["a1"], Next(there));
        Assert.Equal(["a2", "a3"], Next(there));
    }

    [Fact]
    public async Task An_agent_that_stops_leaves_what_it_did_not_deliver_to_the_next()
    {
        var cursor = _queue.OpenCursor(Stream, null);
        Enqueue("a0");
        await Act();
        Next(cursor);
        Enqueue("a1");
        Next(cursor);

        cursor.Dispose();
        _queue.Detach(_agent);
        Assert.False(_queue.IsRead);
        _queue.Attach(new object());

        var news = await Act();
        using var next = _queue.OpenCursor(Stream, news[0].SequenceToken.SequenceNumber);
        Assert.Equal(["a1"], Next(next));
    }

    [Fact]
    public async Task A_consumer_that_leaves_wakes_the_agent_so_that_its_room_is_given_back()
    {
        var cursor = _queue.OpenCursor(Stream, null);
        Enqueue("a0", bytes: 400);
        await Act();
        Next(cursor);
        var reading = Read();

        cursor.Dispose();

        Assert.Empty(await reading);
        _queue.Settle();
        Assert.Equal(0, _queue.HeldBytes);
    }

    private SweepQueue NewQueue() => new(new SweepStreamOptions { QueueBytes = 1000, MaxItemBytes = 400 }, _time);

    private Task<IList<IBatchContainer>> Read() => _queue.ReadAsync(Forever, TestContext.Current.CancellationToken);

    // What the agent does with news.
    private async Task<IList<IBatchContainer>> Act()
    {
        var news = await Read();
        _queue.Settle();
        return news;
    }

    private PublishOutcome TryEnqueue(string name, long bytes = 64, StreamId? stream = null) =>
        _queue.TryEnqueue(Item(name, bytes, stream ?? Stream));

    private void Enqueue(string name, long bytes = 64, StreamId? stream = null) =>
        Assert.Equal(PublishOutcome.Accepted, TryEnqueue(name, bytes, stream));

    private static SweepItem Item(string name, long bytes, StreamId stream) => new(stream, [name], bytes);

    private static List<string> Next(SweepCursor cursor) => cursor.MoveNext()
        ? [.. cursor.GetCurrent(out _)!.GetEvents<string>().Select(e => e.Item1)]
        : [];
}
