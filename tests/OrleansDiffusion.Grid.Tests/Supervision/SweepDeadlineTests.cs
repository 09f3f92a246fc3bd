using OrleansDiffusion.Grid.Supervision;

namespace OrleansDiffusion.Grid.Tests.Supervision;

public sealed class SweepDeadlineTests
{
    private static readonly TimeSpan Least = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Most = TimeSpan.FromMinutes(1);

    private readonly SweepDeadline _deadline = new(Least, Most);

    [Fact]
    public void First_sweep_has_all_the_time() => Assert.Equal(Most, _deadline.Next);

    [Fact]
    public void Short_sweeps_leave_the_least()
    {
        _deadline.Note(TimeSpan.FromMilliseconds(50));

        Assert.Equal(Least, _deadline.Next);
    }

    [Fact]
    public void Next_may_take_five_times_the_longest_but_one_of_the_last_eight()
    {
        _deadline.Note(TimeSpan.FromSeconds(9));
        Assert.Equal(TimeSpan.FromSeconds(45), _deadline.Next);

        _deadline.Note(TimeSpan.FromSeconds(4));
        _deadline.Note(TimeSpan.FromSeconds(1));
        Assert.Equal(TimeSpan.FromSeconds(20), _deadline.Next);

        for (var i = 0; i < 7; i++)
            _deadline.Note(TimeSpan.FromSeconds(2));
        Assert.Equal(TimeSpan.FromSeconds(10), _deadline.Next);
    }

    [Fact]
    public void Sweep_that_was_only_slow_doubles_it()
    {
        _deadline.Note(TimeSpan.FromSeconds(2));
        _deadline.Extend();

        Assert.Equal(TimeSpan.FromSeconds(20), _deadline.Next);
    }

    [Fact]
    public void Never_more_than_the_most()
    {
        _deadline.Note(TimeSpan.FromSeconds(40));
        Assert.Equal(Most, _deadline.Next);

        Assert.Equal(Least, new SweepDeadline(Most, Least).Next);
    }
}
