using System.Net;
using OrleansDiffusion.Contracts.Sweeps;
using OrleansDiffusion.Grid.Supervision;

namespace OrleansDiffusion.Grid.Tests.Supervision;

public sealed class DoubtsTests
{
    private static readonly SiloAddress One = SiloAddress.New(IPAddress.Loopback, 1, 0);
    private static readonly SiloAddress Other = SiloAddress.New(IPAddress.Loopback, 2, 0);
    private static readonly NotFinite Found = new(Sample: 3, Block: 2, Step: 5, Node: 1);

    private readonly Doubts _doubts = new();

    [Fact]
    public void What_one_silo_returns_is_confirmed_by_another_and_not_by_itself()
    {
        Assert.Equal((One, false), Take(Found, One));
        Assert.Equal((One, false), Take(Found, One));
        Assert.Equal((One, true), Take(Found, Other));
        Assert.Equal((Other, false), Take(Found with { Step = 6 }, Other));
    }

    [Fact]
    public void Silo_is_at_fault_where_the_sample_went_on()
    {
        Take(Found, One);
        Assert.Empty(_doubts.Done(sample: 3, block: 1));
        Assert.Empty(_doubts.Done(sample: 2, block: 2));
        Assert.Equal([One], _doubts.Done(sample: 3, block: 2));
        Assert.Empty(_doubts.Done(sample: 3, block: 3));
    }

    [Fact]
    public void What_a_silo_returns_in_one_epoch_is_one_fault()
    {
        Take(Found, One);
        Take(Found with { Step = 6 }, One);
        Take(Found with { Sample = 4 }, One);
        Take(Found with { Block = 3 }, Other);
        Take(Found with { Block = 4 }, One, epoch: 2);

        Assert.Equal([One], _doubts.Done(sample: 3, block: 2));
        Assert.Empty(_doubts.Done(sample: 4, block: 2));
        Assert.Equal([Other, One], _doubts.Done(sample: 3, block: 4));
    }

    // A sweep in which other silos are doubted is given up, and what was confirmed in it is found again.
    [Fact]
    public void What_was_confirmed_stays_so_whoever_returns_it()
    {
        Take(Found, One);
        Take(Found, Other);
        _doubts.Confirm(Found);

        Assert.True(Take(Found, One).IsConfirmed);
        Assert.True(Take(Found, Other).IsConfirmed);
        Assert.Empty(_doubts.Done(sample: 3, block: 2));
    }

    [Fact]
    public void Silo_is_not_at_fault_where_the_model_is()
    {
        for (var step = 0; step < 5; step++)
        {
            Take(Found with { Step = step }, One);
            Take(Found with { Step = step }, Other);
            _doubts.Confirm(Found with { Step = step });
        }

        Assert.Empty(_doubts.Done(sample: 3, block: 9));
    }

    private (SiloAddress First, bool IsConfirmed) Take(NotFinite found, SiloAddress silo, int epoch = 1) =>
        _doubts.Take(found, silo, epoch);
}
