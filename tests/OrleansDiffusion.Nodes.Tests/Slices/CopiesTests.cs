using System.Collections.Immutable;
using Microsoft.Extensions.Logging.Abstractions;
using OrleansDiffusion.Contracts.Keys;
using OrleansDiffusion.Contracts.Sweeps;
using OrleansDiffusion.Nodes.Slices;
using OrleansDiffusion.Tests;

namespace OrleansDiffusion.Nodes.Tests.Slices;

public sealed class CopiesTests : IDisposable
{
    private static readonly BatchKey Batch = new("job", 0);
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(1);

    private readonly ManualTime _time = new();
    private readonly CancellationTokenSource _cancelled = new();
    private readonly List<(int Sweep, NodeCopy Copy)> _kept = [];
    private TaskCompletionSource _keeping = new();

    public void Dispose() => _cancelled.Dispose();

    [Fact]
    public async Task Every_node_is_copied_as_the_sweep_left_it_but_those_without_iterates()
    {
        _keeping.SetResult();
        var copies = CopiesWith(share: 1);

        copies.Make(3, TimeSpan.Zero, () => [(1, 4, Node([7])), (1, 5, Node(null)), (2, 0, Node([8, 9]))], _cancelled.Token);
        await copies.WhenDone();

        Assert.Equal([(3, 1, 4, "07"), (3, 2, 0, "0809")], _kept.Select(kept =>
            (kept.Sweep, kept.Copy.Block, kept.Copy.Node, Convert.ToHexString(kept.Copy.Iterates.Bytes))));
    }

    [Fact]
    public async Task Copies_take_their_share_of_the_time_and_no_more()
    {
        var copies = CopiesWith(share: 0.25);
        Make(1);
        _time.Advance(TimeSpan.FromSeconds(2));
        Make(2); // while one is made
        _keeping.SetResult();
        await copies.WhenDone();

        _time.Advance(TimeSpan.FromSeconds(5.9));
        Make(3);
        Assert.Equal([1], _kept.Select(kept => kept.Sweep));

        _time.Advance(TimeSpan.FromSeconds(0.1));
        Make(4);
        await copies.WhenDone();
        Assert.Equal([1, 4], _kept.Select(kept => kept.Sweep));

        void Make(int sweep) => copies.Make(sweep, TimeSpan.Zero, () => [(0, 0, Node([1]))], _cancelled.Token);
    }

    [Fact]
    public async Task Nodes_are_copied_that_are_there_when_the_wait_is_over()
    {
        _keeping.SetResult();
        var copies = CopiesWith(share: 1);
        List<(int, int, ITimeNodeGrain)> nodes = [(1, 0, Node([1]))];
        copies.Make(1, TimeSpan.FromSeconds(2), () => nodes, _cancelled.Token);

        _time.Advance(TimeSpan.FromSeconds(1.9));
        Assert.Empty(_kept);
        nodes[0] = (2, 0, Node([2]));
        _time.Advance(TimeSpan.FromSeconds(0.1));
        await copies.WhenDone();

        Assert.Equal([(2, "02")], _kept.Select(kept => (kept.Copy.Block, Convert.ToHexString(kept.Copy.Iterates.Bytes))));
    }

    [Fact]
    public async Task What_was_still_to_be_copied_at_the_end_is_not()
    {
        var copies = CopiesWith(share: 1);
        copies.Make(1, TimeSpan.FromSeconds(2), () => throw new InvalidOperationException("nobody is there"), _cancelled.Token);

        await _cancelled.CancelAsync();

        await copies.WhenDone().WaitAsync(Deadline, TestContext.Current.CancellationToken);
        Assert.Empty(_kept);
    }

    [Fact]
    public async Task What_is_more_than_a_message_holds_goes_in_several()
    {
        var messages = new List<int>();
        var keeper = AnsweringGrain.Of<ISliceGrain>(nameof(ISliceGrain.Keep), call =>
        {
            messages.Add(((ImmutableArray<NodeCopy>)call[1]!).Length);
            return Task.CompletedTask;
        });
        var copies = new Copies(Batch, keeper, share: 1, _time, NullLogger.Instance);
        var third = Node(new byte[Iterates.MostBytes / 3]);

        copies.Make(1, TimeSpan.Zero, () => [.. Enumerable.Range(0, 7).Select(node => (0, node, third))], _cancelled.Token);
        await copies.WhenDone();

        Assert.Equal([3, 3, 1], messages);
    }

    [Fact]
    public async Task A_copy_that_fails_is_not_the_last()
    {
        var copies = CopiesWith(share: 1);
        copies.Make(1, TimeSpan.Zero, () => [(0, 0, Node([1]))], _cancelled.Token);
        _keeping.SetException(new TimeoutException("the keeper hangs"));
        await copies.WhenDone();

        _keeping = new TaskCompletionSource();
        _keeping.SetResult();
        copies.Make(2, TimeSpan.Zero, () => [(0, 0, Node([1]))], _cancelled.Token);
        await copies.WhenDone();

        Assert.Equal(2, _kept[^1].Sweep);
    }

    [Fact]
    public async Task A_keeper_that_hangs_is_not_waited_for_at_the_end()
    {
        var copies = CopiesWith(share: 1);
        copies.Make(1, TimeSpan.Zero, () => [(0, 0, Node([1]))], _cancelled.Token);
        Assert.False(copies.WhenDone().IsCompleted);

        await _cancelled.CancelAsync();

        await copies.WhenDone().WaitAsync(Deadline, TestContext.Current.CancellationToken);
    }

    [Fact]
    public void Without_a_keeper_or_a_share_no_node_is_asked()
    {
        var node = AnsweringGrain.Of<ITimeNodeGrain>(nameof(ITimeNodeGrain.HandOver), _ => throw new InvalidOperationException());

        CopiesWith(share: 0).Make(1, TimeSpan.Zero, () => [(0, 0, node)], _cancelled.Token);
        new Copies(Batch, keeper: null, 1, _time, NullLogger.Instance).Make(1, TimeSpan.Zero, () => [(0, 0, node)], _cancelled.Token);

        Assert.Empty(_kept);
    }

    private static ITimeNodeGrain Node(byte[]? iterates) =>
        AnsweringGrain.Of<ITimeNodeGrain>(nameof(ITimeNodeGrain.HandOver), _ => Task.FromResult(iterates is null ? null : new Iterates(iterates)));

    private Copies CopiesWith(double share)
    {
        var keeper = AnsweringGrain.Of<ISliceGrain>(nameof(ISliceGrain.Keep), call =>
        {
            _kept.AddRange(((ImmutableArray<NodeCopy>)call[1]!).Select(copy => ((int)call[0]!, copy)));
            return _keeping.Task;
        });
        return new Copies(Batch, keeper, share, _time, NullLogger.Instance);
    }
}
