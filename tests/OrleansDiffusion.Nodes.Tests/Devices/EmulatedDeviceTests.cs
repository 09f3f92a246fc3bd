using System.Diagnostics;
using OrleansDiffusion.Nodes.Devices;

namespace OrleansDiffusion.Nodes.Tests.Devices;

/// <summary>Devices whose speed is given.</summary>
public sealed class EmulatedDeviceTests
{
    private static readonly Device Device =
        Device.Emulated("emulated", TimeSpan.FromMilliseconds(50), TimeSpan.FromMilliseconds(0.5));

    // What a call lets pass before it needs the host.
    private static readonly TimeSpan Before = TimeSpan.FromMilliseconds(50.0 / 4);

    [Fact]
    public async Task A_call_takes_its_time_and_that_of_its_rows_and_answers_exactly()
    {
        await using var executor = new TestExecutor(Device);
        var model = new TestModel { BatchLimit = 5 }; // the host's limit is not the device's
        var nodes = new[] { executor.Node(1), executor.Node(2) };

        var outcomes = await Task.WhenAll(nodes.Select(node => executor.Ask(model, node, "sweep", 2))).InTime();

        var expected = TimeSpan.FromMilliseconds(50 + (0.5 * 2 * TestNode.Rows));
        Assert.Equal([Before, expected - Before], executor.Wait.Waits);
        Assert.All(outcomes, outcome => Assert.Equal(expected, outcome.CallTime));
        Assert.Equal(TestNode.Expected(1), nodes[0].Move());
        Assert.Equal(TestNode.Expected(2), nodes[1].Move());
    }

    [Fact]
    public async Task What_the_host_needed_is_part_of_it()
    {
        await using var executor = new TestExecutor(Device);
        var model = new TestModel { Before = _ => executor.Time.Advance(TimeSpan.FromMilliseconds(20)) };

        var outcome = await executor.Ask(model).InTime();

        Assert.Equal([Before, TimeSpan.FromMilliseconds(34) - Before], executor.Wait.Waits);
        Assert.Equal(TimeSpan.FromMilliseconds(54), outcome.CallTime);
    }

    [Fact]
    public async Task A_host_that_is_slower_is_not_waited_for()
    {
        await using var executor = new TestExecutor(Device);
        var model = new TestModel { Before = _ => executor.Time.Advance(TimeSpan.FromMilliseconds(60)) };

        var outcome = await executor.Ask(model).InTime();

        Assert.Equal([Before], executor.Wait.Waits);
        Assert.Equal(TimeSpan.FromMilliseconds(60) + Before, outcome.CallTime);
    }

    [Fact]
    public async Task Where_nothing_is_due_nothing_takes_time()
    {
        await using var executor = new TestExecutor(Device);
        var model = new TestModel();
        var node = executor.Node();
        await executor.Ask(model, node).InTime();
        var waits = executor.Wait.Waits.Count;

        await executor.Ask(model, node).InTime();

        Assert.Equal(waits, executor.Wait.Waits.Count);
    }

    [Fact]
    public async Task Other_devices_take_what_they_take()
    {
        await using var executor = new TestExecutor(Device.Cpu);

        await executor.Ask(new TestModel()).InTime();

        Assert.Empty(executor.Wait.Waits);
    }

    [Theory]
    [InlineData(0.2)]
    [InlineData(5.3)]
    public void A_wait_never_ends_early(double milliseconds)
    {
        var duration = TimeSpan.FromMilliseconds(milliseconds);
        var started = Stopwatch.GetTimestamp();

        new PreciseWait().For(duration, TestContext.Current.CancellationToken);

        Assert.True(Stopwatch.GetElapsedTime(started) >= duration);
    }

    [Fact]
    public void A_wait_that_is_cancelled_ends() =>
        new PreciseWait().For(TimeSpan.FromDays(1), new CancellationToken(canceled: true));
}
