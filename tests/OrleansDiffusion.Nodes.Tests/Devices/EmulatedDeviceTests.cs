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

    // Asking again within the call does not help; its time is taken as if it were one like any other.
    [Theory]
    [InlineData(false, new[] { false, true, false, false })]
    [InlineData(true, new[] { false, true, true, true })]
    public async Task A_broken_one_answers_with_NaN_in_its_time(bool lasts, bool[] isNan)
    {
        await using var executor = new TestExecutor(
            Device.Emulated("broken", Device.CallTime, Device.RowTime, new NanCalls(2, lasts)));
        foreach (var expected in isNan)
        {
            var node = executor.Node(1);

            var outcome = await executor.Ask(new TestModel(), node).InTime();

            Assert.Equal(expected ? TestNode.Rows : 0, node.Node.NotFinite.Count);
            Assert.Equal(expected ? 2 * TestNode.Rows : TestNode.Rows, outcome.Rows);
            Assert.Equal(Device.CallTime + (outcome.Rows * Device.RowTime), outcome.CallTime);
        }
    }

    [Fact]
    public async Task What_a_broken_one_could_not_answer_another_call_can()
    {
        await using var executor = new TestExecutor(Device.Emulated("broken", Device.CallTime, Device.RowTime, new NanCalls(1, false)));
        var node = executor.Node(1);
        await executor.Ask(new TestModel(), node).InTime();

        await executor.Ask(new TestModel(), node).InTime();

        Assert.Empty(node.Node.NotFinite);
        Assert.Equal(TestNode.Expected(1), node.Move());
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
