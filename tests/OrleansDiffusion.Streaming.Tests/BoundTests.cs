using OrleansDiffusion.Tests;

namespace OrleansDiffusion.Streaming.Tests;

/// <summary>A queue of 10,000 bytes on one of two silos, of which an item may have 4000.</summary>
public sealed class BoundTests : IAsyncLifetime
{
    private const int ItemBytes = 4000;

    private SweepCluster _cluster = null!;

    // Longer than any test takes.
    public async ValueTask InitializeAsync() => _cluster = await Start(publishTimeout: TimeSpan.FromMinutes(5));

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task An_item_that_is_too_large_is_refused_where_it_is_published()
    {
        var stream = SweepCluster.NewStream();
        var (_, inbox) = await _cluster.Subscribe(stream);

        var refused = await Assert.ThrowsAsync<SweepItemTooLargeException>(() => _cluster.Publisher()
            .Publish(stream, new TestEvent("", 0, new byte[ItemBytes + 1])));
        await _cluster.Publisher().Publish(stream, Largest(1));

        Assert.Contains("4001 bytes", refused.Message);
        Assert.Contains("at most 4000", refused.Message);
        await inbox.Has(1);
        Assert.Equal(1, Assert.Single(inbox.Events).Number);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_publisher_waits_until_a_consumer_has_made_room(bool onTheQueuesSilo)
    {
        var (stream, inbox, queue, publisher) = await FullQueue(_cluster, onTheQueuesSilo);

        var waits = publisher.Publish(stream, Largest(2));
        await Eventually.Holds(() => queue.Waiting == 1);
        Assert.False(waits.IsCompleted);
        Assert.True(queue.Bytes <= 10_000);
        inbox.Open();

        await waits.Completes();
        await inbox.Has(3);
        Assert.Equal([0, 1, 2], inbox.Events.Select(e => e.Number));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_publisher_that_finds_no_room_in_time_is_told_so(bool onTheQueuesSilo)
    {
        await using var cluster = await Start(publishTimeout: TimeSpan.FromMilliseconds(300));
        var (stream, inbox, _, publisher) = await FullQueue(cluster, onTheQueuesSilo);

        var exception = await Assert.ThrowsAsync<SweepPublishTimeoutException>(() =>
            publisher.Publish(stream, Largest(2)));

        Assert.Contains("no room in the queue's 10000 bytes", exception.Message);
        inbox.Open();
        await inbox.Has(2);
        Assert.Equal([0, 1], inbox.Events.Select(e => e.Number));
    }

    [Fact]
    public async Task A_full_queue_does_not_hold_up_another()
    {
        await using var cluster = await Start(publishTimeout: TimeSpan.FromMinutes(5), silos: 1, queues: 2);
        await Eventually.Holds(() => SweepCluster.Queues(cluster.Silos[0]).All(queue => queue.IsRead));
        var (_, inbox, full, publisher) = await FullQueue(cluster, onTheQueuesSilo: true);
        var other = Enumerable.Range(0, 100).Select(_ => SweepCluster.NewStream())
            .First(other => SweepCluster.Queue(cluster.Silos[0], other) != full);
        var (_, others) = await cluster.Subscribe(other);

        for (var i = 0; i < 10; i++)
            await publisher.Publish(other, Largest(i));

        await others.Has(10);
        Assert.Empty(inbox.Events);
        inbox.Open();
        await inbox.Has(2);
    }

    [Fact]
    public async Task A_subscriber_that_leaves_gives_its_room_back()
    {
        var stream = SweepCluster.NewStream();
        var owner = await _cluster.Owner();
        var (leaving, left) = await _cluster.Subscribe(stream);
        var (_, stays) = await _cluster.Subscribe(stream);
        left.Close();
        var publisher = _cluster.Publisher(silo: owner);
        await publisher.Publish(stream, Largest(0), Largest(1));
        await stays.Has(2);
        await Eventually.Holds(() => left.Begun == 1);

        await leaving.Unsubscribe();
        await publisher.Publish(stream, Largest(2), Largest(3));

        await stays.Has(4);
        left.Open();
        Assert.Equal(Enumerable.Range(0, 4), stays.Events.Select(e => e.Number));
    }

    private static Task<SweepCluster> Start(TimeSpan publishTimeout, int silos = 2, int queues = 1) => SweepCluster.Start(silos, options =>
    {
        options.Queues = queues;
        options.QueueBytes = 10_000;
        options.MaxItemBytes = ItemBytes;
        options.PublishTimeout = publishTimeout;
    });

    // Two of two and a half items: one at the consumer's gate, one behind it.
    private static async Task<(StreamId Stream, Inbox Inbox, SweepQueue Queue, IPublisherGrain Publisher)> FullQueue(
        SweepCluster cluster, bool onTheQueuesSilo)
    {
        var stream = SweepCluster.NewStream();
        var owner = await cluster.Owner();
        var (_, inbox) = await cluster.Subscribe(stream);
        inbox.Close();
        var publisher = cluster.Publisher(silo: cluster.Silos.First(silo => silo == owner == onTheQueuesSilo));
        await publisher.Publish(stream, Largest(0));
        await Eventually.Holds(() => inbox.Begun == 1);
        await publisher.Publish(stream, Largest(1));
        return (stream, inbox, SweepCluster.Queue(owner, stream), publisher);
    }

    private static TestEvent Largest(int number) => new("", number, new byte[ItemBytes]);
}
