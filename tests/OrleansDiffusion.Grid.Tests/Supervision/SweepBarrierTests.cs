using OrleansDiffusion.Contracts.Sweeps;
using OrleansDiffusion.Grid.Supervision;

namespace OrleansDiffusion.Grid.Tests.Supervision;

public sealed class SweepBarrierTests
{
    private readonly SweepBarrier _barrier = new();

    [Fact]
    public async Task Opens_when_all_slices_have_moved_and_gives_their_words_in_order()
    {
        var all = _barrier.Begin(epoch: 1, sweep: 1, slices: 3);
        Moved[] moved = [Moved(1, 1, 0), Moved(1, 1, 1), Moved(1, 1, 2)];

        _barrier.Receive(moved[2]);
        _barrier.Receive(moved[0]);
        Assert.Equal([1], _barrier.Missing);
        Assert.False(all.IsCompleted);
        _barrier.Receive(moved[1]);

        Assert.Equal(moved, await all);
        Assert.Empty(_barrier.Missing);
    }

    [Fact]
    public async Task What_is_said_twice_counts_once_and_as_it_was_said_first()
    {
        var all = _barrier.Begin(1, 1, 2);
        var first = Moved(1, 1, 0);

        _barrier.Receive(first);
        _barrier.Receive(Moved(1, 1, 0));
        Assert.False(all.IsCompleted);
        _barrier.Receive(Moved(1, 1, 1));

        Assert.Same(first, (await all)[0]);
    }

    [Theory]
    [InlineData(1, 5)]  // an older epoch, with a sweep of the same number
    [InlineData(2, 4)]  // the sweep before
    [InlineData(2, 6)]
    [InlineData(3, 5)]
    public void What_is_of_another_epoch_or_sweep_changes_nothing(int epoch, int sweep)
    {
        var all = _barrier.Begin(2, 5, 1);

        _barrier.Receive(Moved(epoch, sweep, 0));
        _barrier.Receive(new SliceFailed(epoch, sweep, 0, "late"));

        Assert.False(all.IsCompleted);
        Assert.Equal([0], _barrier.Missing);
    }

    [Fact]
    public async Task Slice_that_fails_fails_the_sweep_with_its_reason()
    {
        var all = _barrier.Begin(1, 1, 2);

        _barrier.Receive(new SliceFailed(1, 1, 1, "the model is broken"));
        _barrier.Receive(Moved(1, 1, 0));
        _barrier.Receive(Moved(1, 1, 1));

        Assert.Equal("slice 1: the model is broken", (await Assert.ThrowsAsync<SliceException>(() => all)).Message);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(2)]
    public void Slice_that_there_is_not_changes_nothing(int slice)
    {
        var all = _barrier.Begin(1, 1, 2);

        _barrier.Receive(Moved(1, 1, slice));

        Assert.False(all.IsCompleted);
        Assert.Equal([0, 1], _barrier.Missing);
    }

    [Fact]
    public void What_other_messages_say_changes_nothing()
    {
        var all = _barrier.Begin(1, 1, 1);

        _barrier.Receive(new Go(1, 1, 0, [], [], []));
        _barrier.Receive(new Folded(1, 1, 0, FoldPhase.Sweep, []));

        Assert.False(all.IsCompleted);
    }

    private static Moved Moved(int epoch, int sweep, int slice) =>
        new(epoch, sweep, slice, [], [], Rows: 0, ModelCalls: 0, TimeSpan.Zero, Messages: 1, []);
}
