using OrleansDiffusion.Tests;

namespace OrleansDiffusion.Streaming.Tests;

/// <summary>Queues that change silos.</summary>
public sealed class TakeOverTests
{
    [Fact]
    public async Task Publishing_goes_on_after_the_queues_silo_died()
    {
        await using var cluster = await SweepCluster.Start(silos: 3);
        var stream = Enumerable.Range(0, 1000).Select(_ => SweepCluster.NewStream())
            .First(s => !SweepCluster.Queue(cluster.Silos[0], s).IsRead);
        var dying = await cluster.Owner(stream);
        var survivors = cluster.Silos.Where(silo => silo != dying).ToList();
        var (_, inbox) = await cluster.Subscribe(stream, survivors[0]);
        var publisher = cluster.Publisher(silo: survivors[1]);
        await publisher.Publish(stream, new TestEvent("before", 0));
        await inbox.Has(1);

        await cluster.Kill(dying);

        // Calls on their way may fail; who publishes tries again.
        var sent = 0;
        await Eventually.Becomes(async () =>
        {
            try
            {
                await publisher.Publish(stream, new TestEvent("after", sent++));
            }
            catch (Exception exception) when (exception is not Xunit.Sdk.XunitException)
            {
                return false;
            }

            return inbox.Events.Any(e => e.Publisher == "after");
        }, isHere => isHere, text: "an event comes through another silo");
        Assert.NotEqual(dying, await cluster.Owner(stream));
    }

    [Fact]
    public async Task Events_move_with_their_queue_when_a_silo_joins()
    {
        const int each = 5;
        await using var cluster = await SweepCluster.Start(silos: 1);
        var first = cluster.Silos[0];
        var streams = Enumerable.Range(0, 40).Select(_ => SweepCluster.NewStream()).ToList();
        var inboxes = new Dictionary<StreamId, Inbox>();
        foreach (var stream in streams)
        {
            inboxes[stream] = (await cluster.Subscribe(stream, first)).Inbox;
            inboxes[stream].Close();
        }

        var publisher = cluster.Publisher(silo: first);
        foreach (var stream in streams)
        {
            await publisher.Publish(stream, new TestEvent("", 0));
            await Eventually.Holds(() => inboxes[stream].Begun == 1);
            await publisher.Publish(stream, [.. Enumerable.Range(1, each - 1).Select(i => new TestEvent("", i))]);
        }

        var second = await cluster.StartSilo();
        await Eventually.Holds(() => streams.Any(stream => SweepCluster.Queue(second, stream).IsRead));
        Assert.Contains(streams, stream => SweepCluster.Queue(second, stream).HeldBytes > 0);
        foreach (var inbox in inboxes.Values)
            inbox.Open();

        // At least once; what is repeated starts again further back, and nothing is left out.
        foreach (var inbox in inboxes.Values)
        {
            await Eventually.Holds(() => inbox.Events.Select(e => e.Number).Distinct().Count() == each);
            Assert.Equal(Enumerable.Range(0, each), inbox.Events.Select(e => e.Number).Distinct());
        }
    }

    // As one that was stopped does before it finds out that it was taken for dead.
    [Fact]
    public async Task A_dead_silo_gets_no_queue()
    {
        await using var cluster = await SweepCluster.Start(silos: 2);
        var (staying, dying) = (cluster.Silos[0], cluster.Silos[1]);
        var dead = dying.SiloAddress;
        await cluster.Kill(dying);
        var stream = SweepCluster.NewStream();
        var (_, inbox) = await cluster.Subscribe(stream, staying);
        inbox.Close();
        await cluster.Publisher(silo: staying).Publish(stream, new TestEvent("", 0));
        await Eventually.Holds(() => inbox.Begun == 1);

        await Assert.ThrowsAsync<InvalidOperationException>(() => cluster.QueueGrain(stream).TakeOver(dead));

        Assert.True(SweepCluster.Queue(staying, stream).HeldBytes > 0);
        inbox.Open();
        await inbox.Has(1);
    }
}
