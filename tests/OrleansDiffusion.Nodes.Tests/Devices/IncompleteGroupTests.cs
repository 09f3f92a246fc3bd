namespace OrleansDiffusion.Nodes.Tests.Devices;

/// <summary>Groups whose members do not all come, or have no room.</summary>
public sealed class IncompleteGroupTests
{
    [Fact]
    public async Task A_group_is_waited_for_so_long_and_no_longer()
    {
        await using var executor = new TestExecutor();
        var model = new TestModel();

        var first = executor.Ask(model, "sweep", 2);
        executor.Time.Advance(TestExecutor.GroupWait - TimeSpan.FromMilliseconds(1));
        await executor.Settle();
        Assert.Empty(model.Calls);
        executor.Time.Advance(TimeSpan.FromMilliseconds(1));
        await first.InTime();

        Assert.Equal([TestNode.Rows], model.Rows);
    }

    [Fact]
    public async Task A_group_that_begins_does_not_hold_others_back_for_longer_than_they_have_waited_themselves()
    {
        await using var executor = new TestExecutor();
        var model = new TestModel();

        var lost = executor.Ask(model, "lost", 2);
        var complete = executor.Ask(model, "complete");
        executor.Time.Advance(TestExecutor.GroupWait / 2);
        var begun = executor.Ask(model, "begun", 2);
        executor.Time.Advance(TestExecutor.GroupWait / 2);
        await Task.WhenAll(lost, complete).InTime();

        Assert.False(begun.IsCompleted);
        executor.Time.Advance(TestExecutor.GroupWait / 2);
        await begun.InTime();
    }

    [Fact]
    public async Task Members_that_come_late_wait_for_one_another_alone()
    {
        await using var executor = new TestExecutor();
        var model = new TestModel();
        var first = executor.Ask(model, "sweep", 3);
        await executor.Settle();
        executor.Time.Advance(TestExecutor.GroupWait);
        await first.InTime();

        var second = executor.Ask(model, "sweep", 3);
        await executor.Settle();
        Assert.False(second.IsCompleted);
        await Task.WhenAll(second, executor.Ask(model, "sweep", 3)).InTime();

        Assert.Equal([TestNode.Rows, 2 * TestNode.Rows], model.Rows);
    }

    [Fact]
    public async Task A_group_that_does_not_fit_into_the_queue_is_answered_in_parts()
    {
        await using var executor = new TestExecutor(mostQueued: 2);
        var model = new TestModel();

        await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => executor.Ask(model, "sweep", 5))).InTime();

        Assert.Equal(5 * TestNode.Rows, model.Rows.Sum());
        Assert.All(model.Rows, rows => Assert.InRange(rows, TestNode.Rows, 2 * TestNode.Rows));
    }

    [Fact]
    public async Task In_a_full_queue_complete_groups_make_room_for_incomplete_ones()
    {
        await using var executor = new TestExecutor(mostQueued: 3);
        using var held = new HeldModel();
        var busy = executor.Ask(held.Model, "busy");
        await held.Entered();
        var first = executor.Ask(held.Model, "incomplete", 2);
        var complete = Enumerable.Range(0, 2).Select(_ => executor.Ask(held.Model, "complete", 2)).ToList();
        var second = executor.Ask(held.Model, "incomplete", 2); // has no room
        Assert.Equal(4, executor.Executor.Queued);

        held.Let(3);
        await Task.WhenAll([busy, first, .. complete, second]).InTime();

        Assert.Equal([TestNode.Rows, 2 * TestNode.Rows, 2 * TestNode.Rows], held.Model.Rows);
    }
}
