using OrleansDiffusion.Tests;

namespace OrleansDiffusion.Streaming.Tests;

/// <summary>What is different within one silo.</summary>
public sealed class OneSiloTests
{
    [Fact]
    public async Task Events_are_handed_on_as_they_are()
    {
        await using var cluster = await SweepCluster.Start(silos: 1);
        var stream = SweepCluster.NewStream();
        var (_, one) = await cluster.Subscribe(stream);
        var (_, two) = await cluster.Subscribe(stream);
        var payload = new byte[100];

        // The publisher's own argument is immutable as well.
        await cluster.Publisher().Publish(stream, new TestEvent("", 0, payload));

        await one.Has(1);
        await two.Has(1);
        Assert.Same(one.Events[0], two.Events[0]);
    }

    [Fact]
    public async Task A_silo_with_idle_queues_stops()
    {
        await using var cluster = await SweepCluster.Start(silos: 1);
        var stream = SweepCluster.NewStream();
        var (_, inbox) = await cluster.Subscribe(stream);
        await cluster.Publisher().Publish(stream, new TestEvent("", 0));
        await inbox.Has(1);

        await cluster.Stop(cluster.Silos[0]).Completes();
    }

    [Fact]
    public async Task A_silo_refuses_to_start_with_an_option_out_of_range()
    {
        var exception = await Assert.ThrowsAnyAsync<Exception>(() =>
            SweepCluster.Start(silos: 1, options => options.MaxItemBytes = options.QueueBytes + 1));

        Assert.Contains("SweepStreamOptions.MaxItemBytes of stream provider 'sweeps' must be 1 to 67108864", $"{exception}");
    }
}
