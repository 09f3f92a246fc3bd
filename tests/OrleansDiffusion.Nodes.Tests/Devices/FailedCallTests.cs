namespace OrleansDiffusion.Nodes.Tests.Devices;

/// <summary>Models that throw.</summary>
public sealed class FailedCallTests
{
    private const int Bad = 13;

    [Fact]
    public async Task Only_the_group_that_makes_a_call_fail_fails()
    {
        await using var executor = new TestExecutor();
        using var held = new HeldModel();
        var model = new TestModel
        {
            Before = call =>
            {
                if (call.Conditions.Any(condition => condition.Label == Bad))
                    throw new InvalidOperationException("label 13");
            },
        };
        var busy = executor.Ask(held.Model, "busy");
        await held.Entered();
        var node = executor.Node(batch: 3);

        var before = executor.Ask(model, "before");
        var bad = new[] { executor.Node(), executor.Node(label: Bad) }
            .Select(each => executor.Ask(model, each, "bad", 2)).ToList();
        var after = executor.Ask(model, node, "after");
        held.Let();
        await Task.WhenAll(busy, before, after).InTime();

        foreach (var task in bad)
            Assert.Equal("label 13", (await Assert.ThrowsAsync<InvalidOperationException>(() => task.InTime())).Message);
        Assert.Equal([4, 1, 2, 1], model.Rows.Select(rows => rows / TestNode.Rows));
        Assert.NotEqual((await before).Call, (await after).Call);
        Assert.Equal(TestNode.Expected(3), node.Move());
    }

    [Fact]
    public async Task After_a_failure_a_node_may_be_asked_for_again()
    {
        await using var executor = new TestExecutor();
        var model = new TestModel { BatchLimit = 3 };
        var node = executor.Node();
        model.Before = call =>
        {
            if (model.Calls.Count == 2)
                throw new InvalidOperationException("once");
        };

        await Assert.ThrowsAsync<InvalidOperationException>(() => executor.Ask(model, node).InTime());
        var outcome = await executor.Ask(model, node).InTime();

        Assert.Equal(TestNode.Rows - 3, outcome.Rows); // what was answered before stays
        Assert.Equal(TestNode.Expected(0), node.Move());
    }

    [Fact]
    public async Task A_node_whose_samples_are_not_of_the_models_shape_is_refused()
    {
        await using var executor = new TestExecutor();
        var model = new TestModel { Shape = [TestModel.Elements + 1] };

        var error = await Assert.ThrowsAsync<ArgumentException>(() => executor.Ask(model).InTime());

        Assert.Contains("the node's samples have 3 elements, the model's 4", error.Message, StringComparison.Ordinal);
        Assert.Empty(model.Calls);
        await executor.Settle();
    }
}
