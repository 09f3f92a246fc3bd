using OrleansDiffusion.Tests;

namespace OrleansDiffusion.Streaming.Tests;

/// <summary>Streams as publishers and consumers see them, on two silos.</summary>
public sealed class SweepStreamTests : IAsyncLifetime
{
    private SweepCluster _cluster = null!;

    public async ValueTask InitializeAsync() => _cluster = await SweepCluster.Start(silos: 2);

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task Every_event_arrives_once_and_in_the_order_of_its_publisher()
    {
        const int publishers = 6;
        const int each = 100;
        var stream = SweepCluster.NewStream();
        var (_, here) = await _cluster.Subscribe(stream, _cluster.Silos[0]);
        var (_, there) = await _cluster.Subscribe(stream, _cluster.Silos[1]);

        await Task.WhenAll(Enumerable.Range(0, publishers).Select(p => _cluster
            .Publisher($"{p}", _cluster.Silos[p % 2])
            .Publish(stream, [.. Enumerable.Range(0, each).Select(i => new TestEvent($"{p}", i))]))).Completes();

        foreach (var inbox in new[] { here, there })
        {
            await inbox.Has(publishers * each);
            foreach (var events in inbox.Events.GroupBy(e => e.Publisher))
                Assert.Equal(Enumerable.Range(0, each), events.Select(e => e.Number));
            Assert.Equal(publishers * each, inbox.Events.Count);
        }
    }

    [Fact]
    public async Task What_arrives_during_a_delivery_is_the_next_delivery()
    {
        const int publishers = 24;
        var silo = await _cluster.Owner();
        var stream = SweepCluster.NewStream();
        var (_, inbox) = await _cluster.Subscribe(stream);
        inbox.Close();

        await _cluster.Publisher(silo: silo).Publish(stream, new TestEvent("first", 0));
        await Eventually.Holds(() => inbox.Begun == 1);
        await Task.WhenAll(Enumerable.Range(0, publishers).Select(p => _cluster
            .Publisher($"{p}", silo).Publish(stream, new TestEvent($"{p}", 0)))).Completes();
        inbox.Open();

        await inbox.Has(1 + publishers);
        Assert.Equal([1, publishers], inbox.Deliveries.Select(events => events.Count));
    }

    // Once over the network, and nobody's trouble but of who publishes and who consumes.
    [Fact]
    public async Task What_a_silo_publishes_waits_in_a_queue_of_its_own()
    {
        await Eventually.Holds(() => _cluster.Silos.All(SweepCluster.HasQueue));
        foreach (var (silo, other) in new[] { (_cluster.Silos[0], _cluster.Silos[1]), (_cluster.Silos[1], _cluster.Silos[0]) })
        {
            var stream = SweepCluster.NewStream();
            var (_, inbox) = await _cluster.Subscribe(stream, other);
            inbox.Close();

            await _cluster.Publisher(silo: silo).Publish(stream, new TestEvent("", 0, new byte[1000]));

            Assert.Equal(1000, SweepCluster.Queues(silo).Sum(queue => queue.HeldBytes));
            Assert.Equal(0, SweepCluster.Queues(other).Sum(queue => queue.HeldBytes));
            inbox.Open();
            await inbox.Has(1);
            await Eventually.Holds(() => SweepCluster.Queues(silo).Sum(queue => queue.HeldBytes) == 0);
        }
    }

    [Fact]
    public async Task A_payload_is_the_same_on_every_silo()
    {
        var stream = SweepCluster.NewStream();
        var payload = new byte[1 << 20];
        new Random(1).NextBytes(payload);
        var inboxes = new List<Inbox>();
        foreach (var silo in _cluster.Silos)
            inboxes.Add((await _cluster.Subscribe(stream, silo)).Inbox);

        foreach (var silo in _cluster.Silos)
            await _cluster.Publisher(silo: silo).Publish(stream, new TestEvent(silo.Name, 0, payload));

        foreach (var inbox in inboxes)
        {
            await inbox.Has(2);
            Assert.All(inbox.Events, e => Assert.Equal(payload, e.Payload));
        }
    }

    [Fact]
    public async Task A_late_subscriber_gets_what_is_published_after_it()
    {
        var stream = SweepCluster.NewStream();
        var (_, early) = await _cluster.Subscribe(stream);
        await _cluster.Publisher().Publish(stream, new TestEvent("", 0));
        await early.Has(1);

        var (_, late) = await _cluster.Subscribe(stream);
        await _cluster.Publisher().Publish(stream, [.. Enumerable.Range(1, 20).Select(i => new TestEvent("", i))]);

        await late.Has(20);
        await early.Has(21);
        Assert.Equal(Enumerable.Range(1, 20), late.Events.Select(e => e.Number));
        Assert.Equal(Enumerable.Range(0, 21), early.Events.Select(e => e.Number));
    }

    [Fact]
    public async Task Who_unsubscribed_gets_nothing_more()
    {
        var stream = SweepCluster.NewStream();
        var (leaving, left) = await _cluster.Subscribe(stream);
        var (_, stays) = await _cluster.Subscribe(stream);
        await _cluster.Publisher().Publish(stream, new TestEvent("", 0));
        await left.Has(1);

        await leaving.Unsubscribe();
        await _cluster.Publisher().Publish(stream, new TestEvent("", 1), new TestEvent("", 2));

        await stays.Has(3);
        Assert.Single(left.Events);
    }

    [Fact]
    public async Task Streams_without_subscribers_take_events_and_keep_none()
    {
        var silo = await _cluster.Owner();
        var nobodys = SweepCluster.NewStream("unknown");
        var somebodys = SweepCluster.NewStream();
        var (_, inbox) = await _cluster.Subscribe(somebodys);

        await _cluster.Publisher(silo: silo).Publish(nobodys, new TestEvent("", 0, new byte[1000]));
        await _cluster.Publisher(silo: silo).Publish(somebodys, new TestEvent("", 1));

        await inbox.Has(1);
        Assert.Equal(1, Assert.Single(inbox.Events).Number);
        await Eventually.Holds(() => SweepCluster.Queues(silo).All(queue => queue.HeldBytes == 0));
    }

    [Fact]
    public async Task A_consumer_that_waits_holds_up_neither_other_streams_nor_other_consumers()
    {
        var stream = SweepCluster.NewStream();
        var neighbour = SweepCluster.NewStream("neighbour");
        var (_, slow) = await _cluster.Subscribe(stream);
        var (_, quick) = await _cluster.Subscribe(stream);
        var (_, other) = await _cluster.Subscribe(neighbour);
        slow.Close();

        for (var i = 0; i < 10; i++)
        {
            await _cluster.Publisher().Publish(stream, new TestEvent("", i));
            await _cluster.Publisher().Publish(neighbour, new TestEvent("", i));
        }

        await quick.Has(10);
        await other.Has(10);
        Assert.Empty(slow.Events);
        slow.Open();
        await slow.Has(10);
        Assert.Equal(Enumerable.Range(0, 10), slow.Events.Select(e => e.Number));
    }
}
