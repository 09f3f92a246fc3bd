using OrleansDiffusion.Nodes.Devices;

namespace OrleansDiffusion.Nodes.Tests.Devices;

/// <summary>What is evaluated together, when, and on which thread.</summary>
public sealed class DeviceExecutorTests
{
    [Fact]
    public async Task The_nodes_of_a_group_are_evaluated_in_one_call_and_each_as_if_it_were_alone()
    {
        await using var executor = new TestExecutor();
        var model = new TestModel();
        var nodes = Enumerable.Range(0, 8).Select(batch => executor.Node(batch)).ToList();

        var outcomes = await Task.WhenAll(nodes.Select(node => executor.Ask(model, node, "sweep", nodes.Count))).InTime();

        Assert.Equal(8 * TestNode.Rows, Assert.Single(model.Rows));
        Assert.All(outcomes, outcome => Assert.Equal((TestNode.Rows, 1), (outcome.Rows, outcome.Call)));
        Assert.All(nodes.Select((node, batch) => (node, batch)),
            each => Assert.Equal(TestNode.Expected(each.batch), each.node.Move()));
    }

    [Fact]
    public async Task What_several_jobs_ask_while_the_device_is_busy_is_answered_in_one_call()
    {
        await using var executor = new TestExecutor();
        using var held = new HeldModel();
        var busy = executor.Ask(held.Model, "busy");
        await held.Entered();

        var jobs = new[] { ("a", 2), ("a", 2), ("b", 1), ("c", 1) }
            .Select(job => executor.Ask(held.Model, job.Item1, job.Item2)).ToList();
        held.Let(2);
        var outcomes = await Task.WhenAll([busy, .. jobs]).InTime();

        Assert.Equal([TestNode.Rows, 4 * TestNode.Rows], held.Model.Rows);
        Assert.Equal([1, 2, 2, 2, 2], outcomes.Select(outcome => outcome.Call));
    }

    [Fact]
    public async Task A_complete_group_waits_for_one_of_its_model_that_has_begun()
    {
        await using var executor = new TestExecutor();
        var model = new TestModel();

        var first = executor.Ask(model, "begun", 2);
        var complete = executor.Ask(model, "complete");
        await executor.Settle();
        Assert.Empty(model.Calls);
        var second = executor.Ask(model, "begun", 2);
        await Task.WhenAll(first, complete, second).InTime();

        Assert.Equal([3 * TestNode.Rows], model.Rows);
    }

    [Fact]
    public async Task Models_take_turns_in_the_order_in_which_they_were_asked()
    {
        await using var executor = new TestExecutor();
        using var held = new HeldModel();
        var order = new List<string>();
        var other = new TestModel { Before = _ => order.Add("other") };
        var third = new TestModel { Before = _ => order.Add("third") };
        var busy = executor.Ask(held.Model, "busy");
        await held.Entered();

        var asked = new[] { (other, "a"), (third, "b"), (other, "c") }
            .Select(each => executor.Ask(each.Item1, each.Item2)).ToList();
        held.Let();
        await Task.WhenAll([busy, .. asked]).InTime();

        Assert.Equal(["other", "third"], order);
        Assert.Equal([2 * TestNode.Rows], other.Rows);
    }

    [Fact]
    public async Task A_model_is_given_no_more_rows_at_once_than_it_takes()
    {
        await using var executor = new TestExecutor();
        var model = new TestModel { BatchLimit = 5 };

        var outcomes = await Task.WhenAll(
            executor.Ask(model, "sweep", 2), executor.Ask(model, "sweep", 2)).InTime();

        Assert.Equal([5, 5, 5, 1], model.Rows);
        Assert.All(outcomes, outcome => Assert.Equal((TestNode.Rows, 1), (outcome.Rows, outcome.Call)));
    }

    [Fact]
    public async Task Where_nothing_is_due_there_is_no_call()
    {
        await using var executor = new TestExecutor();
        var model = new TestModel();
        var node = executor.Node();
        await executor.Ask(model, node).InTime();

        var outcome = await executor.Ask(model, node).InTime();

        Assert.Equal(new EvaluationOutcome(0, TimeSpan.Zero, 0), outcome);
        Assert.Single(model.Calls);
    }

    [Fact]
    public async Task A_node_where_nothing_is_due_counts_in_its_group()
    {
        await using var executor = new TestExecutor();
        var model = new TestModel();
        var resting = executor.Node();
        await executor.Ask(model, resting).InTime();

        var first = executor.Ask(model, resting, "sweep", 2);
        await executor.Settle();
        Assert.False(first.IsCompleted);
        var outcomes = await Task.WhenAll(first, executor.Ask(model, "sweep", 2)).InTime();

        Assert.Equal([0, TestNode.Rows], outcomes.Select(outcome => outcome.Rows));
        Assert.Equal(outcomes[1].Call, outcomes[0].Call);
    }

    [Fact]
    public async Task Models_run_on_the_thread_of_the_device_and_what_awaits_them_does_not()
    {
        await using var executor = new TestExecutor();
        using var held = new HeldModel();

        var asked = executor.Ask(held.Model);
        var continuation = asked.ContinueWith(
            _ => Thread.CurrentThread, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
        await held.Entered();
        held.Let();
        var continued = await continuation.InTime();

        var thread = Assert.Single(held.Model.Calls).Thread;
        Assert.False(thread.IsThreadPoolThread);
        Assert.Equal("device cpu", thread.Name);
        Assert.NotSame(thread, continued);
    }

    [Fact]
    public async Task Rows_that_come_back_as_nan_are_asked_for_once_more()
    {
        await using var executor = new TestExecutor();
        var model = new TestModel { IsNan = row => row == 3 };
        var node = executor.Node();

        var outcome = await executor.Ask(model, node).InTime();

        Assert.Equal([TestNode.Rows, 1], model.Rows);
        Assert.Equal(TestNode.Rows + 1, outcome.Rows);
        Assert.Empty(node.Node.NotFinite);
        Assert.Equal(TestNode.Expected(0), node.Move());
    }

    [Fact]
    public async Task Rows_that_come_back_as_nan_twice_are_named_by_their_node_alone()
    {
        await using var executor = new TestExecutor();
        var model = new TestModel { IsNan = row => row == 3 || row == 2 * TestNode.Rows };
        var (bad, good) = (executor.Node(), executor.Node());

        await Task.WhenAll(
            executor.Ask(model, bad, "sweep", 2), executor.Ask(model, good, "sweep", 2)).InTime();

        Assert.Equal([(1, 1)], bad.Node.NotFinite);
        Assert.Empty(good.Node.NotFinite);
    }

    [Fact]
    public async Task Nothing_is_lost_whatever_comes_together()
    {
        const int Groups = 300;
        await using var executor = new TestExecutor(mostQueued: 7);
        var random = new Random(1);
        TestModel[] models = [new() { BatchLimit = 13 }, new(), new()];
        var asked = Enumerable.Range(0, Groups)
            .SelectMany(group => Enumerable.Repeat((Group: group, Size: random.Next(1, 12)), 1))
            .SelectMany(group => Enumerable.Repeat(group, group.Size))
            .OrderBy(each => each.Group + random.Next(10))
            .Select(each => (each.Group, each.Size, Node: executor.Node(each.Group), IsCancelled: random.Next(5) == 0))
            .ToList();

        // Time does not pass: whoever waits for one who does not come waits for ever.
        await Parallel.ForEachAsync(asked, new ParallelOptions { MaxDegreeOfParallelism = 200 }, async (each, _) =>
        {
            using var cancellation = new CancellationTokenSource();
            var task = executor.Ask(
                models[each.Group % models.Length], each.Node, $"{each.Group}", each.Size, cancellation.Token);
            if (each.IsCancelled)
                await cancellation.CancelAsync();
            try
            {
                await task.InTime();
                Assert.Equal(TestNode.Expected(each.Group), each.Node.Move());
            }
            catch (OperationCanceledException) when (each.IsCancelled)
            {
            }
        });

        Assert.Equal(0, executor.Executor.Queued);
    }

    [Theory]
    [InlineData("", 1)]
    [InlineData("sweep", 0)]
    public async Task A_group_has_a_key_and_members(string key, int size)
    {
        await using var executor = new TestExecutor();

        await Assert.ThrowsAnyAsync<ArgumentException>(() => executor.Ask(new TestModel(), key, size));
    }
}
