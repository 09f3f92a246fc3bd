namespace OrleansDiffusion.Streaming.Tests;

/// <summary>Options, sizes, and the mapping of streams to queues.</summary>
public sealed class SweepStreamOptionsTests
{
    public static TheoryData<string, Action<SweepStreamOptions>> OutOfRange => new()
    {
        { "Queues of stream provider 'p' must be 1 to 4096, was 0", o => o.Queues = 0 },
        { "QueueBytes of stream provider 'p' must be positive, was 0", o => o.QueueBytes = 0 },
        { "MaxItemBytes of stream provider 'p' must be 1 to 67108864, the lesser of", o => o.MaxItemBytes = 0 },
        { "MaxItemBytes of stream provider 'p' must be 1 to 100, the lesser of", o => o.QueueBytes = 100 },
        { "MaxItemBytes of stream provider 'p' must be 1 to 94371840, the lesser of", o =>
        {
            o.QueueBytes = 1L << 40;
            o.MaxItemBytes = 91 << 20;
        } },
        { "PublishTimeout of stream provider 'p' must be positive", o => o.PublishTimeout = TimeSpan.Zero },
        { "DeliveryTimeout of stream provider 'p' must be positive", o => o.DeliveryTimeout = -TimeSpan.FromSeconds(1) },
    };

    [Theory]
    [MemberData(nameof(OutOfRange), DisableDiscoveryEnumeration = true)]
    public void An_option_out_of_range_is_refused(string message, Action<SweepStreamOptions> change)
    {
        var options = new SweepStreamOptions();
        options.Validate("p");
        change(options);

        Assert.Contains(message, Assert.Throws<OrleansConfigurationException>(() => options.Validate("p")).Message);
    }

    [Fact]
    public void Streams_spread_over_all_queues()
    {
        var mapper = new QueueMapper("p", new SweepStreamOptions { Queues = 8 });

        var counts = Enumerable.Range(0, 8000)
            .CountBy(i => mapper.GetQueueForStream(StreamId.Create("sweeps", $"job-{i}/0"))).ToDictionary();

        Assert.Equal(mapper.GetAllQueues().Order(), counts.Keys.Order());
        Assert.All(counts.Values, count => Assert.InRange(count, 800, 1200));
    }

    [Fact]
    public void An_event_counts_as_what_it_says_or_holds()
    {
        Assert.Equal(5000, EventSize.Of(new TestEvent("", 0, new byte[5000])));
        Assert.Equal(5000, EventSize.Of(new byte[5000]));
        Assert.Equal(2000, EventSize.Of(new string('x', 1000)));
        Assert.Equal(1024, EventSize.Of(new object()));
        Assert.Equal(64, EventSize.Of(new TestEvent("", 0)));
    }
}
