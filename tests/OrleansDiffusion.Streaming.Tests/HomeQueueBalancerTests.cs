using System.Net;
using Orleans.Streams;

namespace OrleansDiffusion.Streaming.Tests;

/// <summary>Which silo has which queues.</summary>
public sealed class HomeQueueBalancerTests
{
    private static readonly IReadOnlyList<QueueId> Queues =
        [.. new QueueMapper("p", new SweepStreamOptions { Queues = 32 }).GetAllQueues()];

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(8)]
    [InlineData(32)]
    public void Every_queue_is_one_silos_and_every_silo_has_its_share(int silos)
    {
        var shares = HomeQueueBalancer.Shares(Queues, Silos(silos));

        Assert.Equal(silos, shares.Count);
        Assert.Equal(silos == 0 ? [] : Queues.Order(), shares.SelectMany(share => share).Order());
        Assert.All(shares, share => Assert.InRange(share.Count(), 32 / silos, (32 + silos - 1) / silos));
    }

    [Fact]
    public void Silos_beyond_the_queues_have_none() =>
        Assert.Equal(32, HomeQueueBalancer.Shares(Queues, Silos(40)).Count(share => share.Count() == 1));

    [Fact]
    public void Most_queues_stay_when_a_silo_joins()
    {
        for (var silos = 1; silos < 8; silos++)
        {
            var before = HomeQueueBalancer.Shares(Queues, Silos(silos));
            var after = HomeQueueBalancer.Shares(Queues, Silos(silos + 1));

            Assert.InRange(before.Sum(share => share.Except(after[share.Key]).Count()), 1, 16);
        }
    }

    private static List<SiloAddress> Silos(int count) =>
        [.. Enumerable.Range(0, count).Select(i => SiloAddress.New(new IPEndPoint(IPAddress.Loopback, 11111 + i), 7))];
}
