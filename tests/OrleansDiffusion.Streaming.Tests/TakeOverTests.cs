using OrleansDiffusion.Tests;

namespace OrleansDiffusion.Streaming.Tests;

/// <summary>Queues that change silos.</summary>
public sealed class TakeOverTests
{
    [Fact]
    public async Task Publishing_goes_on_after_the_queues_silo_died()
    {
        // One silo is without a queue; of the two that have one the first of the cluster stays, as it keeps subscriptions.
        await using var cluster = await SweepCluster.Start(silos: 3, options => options.Queues = 2);
        await Eventually.Holds(() => cluster.Silos.Count(SweepCluster.HasQueue) == 2);
        var dying = cluster.Silos.Last(SweepCluster.HasQueue);
        var without = cluster.Silos.Single(silo => !SweepCluster.HasQueue(silo));
        var stream = Enumerable.Range(0, 1000).Select(_ => SweepCluster.NewStream())
            .First(stream => SweepCluster.Queues(dying).ElementAt((int)QueueMapper.NumberOf(stream, queues: 2)).IsRead);
        var (_, inbox) = await cluster.Subscribe(stream, cluster.Silos[0]);
        var publisher = cluster.Publisher(silo: without);
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
        await Eventually.Holds(() => SweepCluster.Queues(second).Any(queue => queue is { IsRead: true, HeldBytes: > 0 }));
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
        await using var cluster = await SweepCluster.Start(silos: 2, options => options.Queues = 1);
        var (staying, dying) = (cluster.Silos[0], cluster.Silos[1]);
        var dead = dying.SiloAddress;
        await cluster.Kill(dying);
        await cluster.Owner();
        var stream = SweepCluster.NewStream();
        var (_, inbox) = await cluster.Subscribe(stream, staying);
        inbox.Close();
        await cluster.Publisher(silo: staying).Publish(stream, new TestEvent("", 0));
        await Eventually.Holds(() => inbox.Begun == 1);

        await Assert.ThrowsAsync<InvalidOperationException>(() => cluster.QueueGrain(staying, stream).TakeOver(dead));

        Assert.True(SweepCluster.Queue(staying, stream).HeldBytes > 0);
        inbox.Open();
        await inbox.Has(1);
    }
}
