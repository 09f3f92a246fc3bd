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
        Assert.Equal((One, false), _doubts.Take(Found, One));
        Assert.Equal((One, false), _doubts.Take(Found, One));
        Assert.Equal((One, true), _doubts.Take(Found, Other));
        Assert.Equal((Other, false), _doubts.Take(Found with { Step = 6 }, Other));
    }

    [Fact]
    public void Silo_is_at_fault_where_the_sample_went_on_and_named_the_second_time()
    {
        _doubts.Take(Found, One);
        _doubts.Take(Found with { Step = 6 }, One); // one fault: of the same sweep
        Assert.Empty(_doubts.Done(sample: 3, block: 2));

        _doubts.Take(Found with { Block = 4 }, One);
        Assert.Empty(_doubts.Done(sample: 3, block: 3));
        Assert.Empty(_doubts.Done(sample: 2, block: 4));
        Assert.Equal([One], _doubts.Done(sample: 3, block: 4));
    }

    // A sweep in which other silos are doubted is given up, and what was confirmed in it is found again.
    [Fact]
    public void What_was_confirmed_stays_so_whoever_returns_it()
    {
        _doubts.Take(Found, One);
        _doubts.Take(Found, Other);
        _doubts.Confirm(Found);

        Assert.True(_doubts.Take(Found, One).IsConfirmed);
        Assert.True(_doubts.Take(Found, Other).IsConfirmed);
        Assert.Empty(_doubts.Done(sample: 3, block: 2));
    }

    [Fact]
    public void Silo_is_not_at_fault_where_the_model_is()
    {
        for (var step = 0; step < 5; step++)
        {
            _doubts.Take(Found with { Step = step }, One);
            _doubts.Take(Found with { Step = step }, Other);
            _doubts.Confirm(Found with { Step = step });
        }

        Assert.Empty(_doubts.Done(sample: 3, block: 9));
    }
}
