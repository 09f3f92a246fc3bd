namespace OrleansDiffusion.Nodes.Tests.Devices;

/// <summary>Requests that are cancelled, and executors that end.</summary>
public sealed class WithdrawalTests
{
    [Fact]
    public async Task A_request_that_is_withdrawn_is_not_evaluated_and_its_group_goes_on_without_it()
    {
        await using var executor = new TestExecutor();
        using var cancellation = new CancellationTokenSource();
        var model = new TestModel();
        var node = executor.Node();

        var withdrawn = executor.Ask(model, node, "sweep", 3, cancellation.Token);
        var first = executor.Ask(model, "sweep", 3);
        await cancellation.CancelAsync();
        var error = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => withdrawn.InTime());
        await Task.WhenAll(first, executor.Ask(model, "sweep", 3)).InTime();

        Assert.Equal(cancellation.Token, error.CancellationToken);
        Assert.Equal([2 * TestNode.Rows], model.Rows);
        Assert.Equal(TestNode.Rows, node.Node.Evaluate(model, node.Active, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task The_last_to_be_waited_for_may_withdraw()
    {
        await using var executor = new TestExecutor();
        using var cancellation = new CancellationTokenSource();
        var model = new TestModel();

        var first = executor.Ask(model, "sweep", 2);
        await cancellation.CancelAsync();
        var withdrawn = executor.Ask(model, "sweep", 2, cancellation.Token);
        await first.InTime();

        Assert.True(withdrawn.IsCanceled);
        Assert.Equal([TestNode.Rows], model.Rows);
    }

    [Fact]
    public async Task A_group_of_which_all_withdrew_holds_nothing_back()
    {
        await using var executor = new TestExecutor();
        using var cancellation = new CancellationTokenSource();
        var model = new TestModel();

        var withdrawn = executor.Ask(model, "old epoch", 2, cancellation.Token);
        await cancellation.CancelAsync();
        await executor.Ask(model, "new epoch").InTime();

        Assert.True(withdrawn.IsCanceled);
        Assert.Equal(0, executor.Executor.Queued);
    }

    [Fact]
    public async Task A_request_that_waits_for_room_may_withdraw()
    {
        await using var executor = new TestExecutor(mostQueued: 1);
        using var cancellation = new CancellationTokenSource();
        using var held = new HeldModel();
        var busy = executor.Ask(held.Model, "busy");
        await held.Entered();
        var first = executor.Ask(held.Model, "sweep", 3);
        var withdrawn = executor.Ask(held.Model, "sweep", 3, cancellation.Token);
        var third = executor.Ask(held.Model, "sweep", 3);

        await cancellation.CancelAsync();
        held.Let(3);
        await Task.WhenAll(busy, first, third).InTime();

        Assert.True(withdrawn.IsCanceled);
        Assert.Equal(3, held.Model.Calls.Count);
    }

    [Fact]
    public async Task A_round_that_nobody_asks_for_any_more_ends_after_the_call_that_is_made()
    {
        await using var executor = new TestExecutor();
        using var cancellation = new CancellationTokenSource();
        using var held = new HeldModel(batchLimit: 5);
        var asked = new[] { 1, 2 }.Select(_ => executor.Ask(held.Model, "sweep", 2, cancellation.Token)).ToList();
        await held.Entered();

        await cancellation.CancelAsync();
        Assert.All(asked, task => Assert.False(task.IsCompleted)); // the model still reads their nodes
        held.Let();
        foreach (var task in asked)
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => task.InTime());

        Assert.Equal([5], held.Model.Rows);
    }

    [Fact]
    public async Task A_round_that_somebody_still_asks_for_goes_on()
    {
        await using var executor = new TestExecutor();
        using var cancellation = new CancellationTokenSource();
        using var held = new HeldModel(batchLimit: TestNode.Rows);
        var abandoned = executor.Ask(held.Model, "sweep", 2, cancellation.Token);
        var wanted = executor.Ask(held.Model, "sweep", 2);
        await held.Entered();

        await cancellation.CancelAsync();
        held.Let(2);

        Assert.Equal(TestNode.Rows, (await wanted.InTime()).Rows);
        Assert.Equal(TestNode.Rows, (await abandoned.InTime()).Rows);
    }

    [Fact]
    public async Task An_executor_that_ends_cancels_what_waits_and_ends_after_the_call_that_is_made()
    {
        await using var executor = new TestExecutor(mostQueued: 2);
        using var held = new HeldModel(batchLimit: 5);
        var running = executor.Ask(held.Model, "running");
        await held.Entered();
        var waiting = Enumerable.Range(0, 3).Select(_ => executor.Ask(held.Model, "waiting", 4)).ToList();

        var ending = executor.Executor.DisposeAsync();
        foreach (var task in waiting)
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => task.InTime());
        Assert.False(running.IsCompleted);
        held.Let();
        await ending.AsTask().InTime();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running.InTime());
        Assert.Equal([5], held.Model.Rows);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => executor.Ask(held.Model));
    }
}
