using System.Collections.Concurrent;
using System.Collections.Immutable;
using OrleansDiffusion.Contracts.Sweeps;

namespace OrleansDiffusion.Silo.Tests.Fixtures;

/// <summary>
/// Lets a sweep begin only when all copies that the one before has sent are kept, so that what a lost silo costs is certain.
/// They are of what the last but one has made. Who sent them knows by then that they are kept: it makes no others before.
/// </summary>
internal sealed class CopiedSweeps
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<int, SemaphoreSlim> _kept = [];
    private int _nodes; // of the sweep before

    /// <summary>Takes in that a call was answered.</summary>
    public void Note(IOutgoingGrainCallContext call)
    {
        if (call.Grain is ISliceGrain && call.MethodName == nameof(ISliceGrain.Keep))
            Kept((int)call.Request.GetArgument(0)!).Release(((ImmutableArray<NodeCopy>)call.Request.GetArgument(1)!).Length);
    }

    /// <summary>Waits for the copies of the sweep before, if that is not the first.</summary>
    /// <param name="go">The sweep.</param>
    /// <param name="nodes">How many time-nodes it sweeps.</param>
    public async Task BeforeSweep(Go go, int nodes)
    {
        for (var node = 0; go.Sweep > 2 && node < _nodes; node++)
            Assert.True(await Kept(go.Sweep - 2).WaitAsync(Deadline, TestContext.Current.CancellationToken), "no copy was kept");
        _nodes = nodes;
    }

    private SemaphoreSlim Kept(int sweep) => _kept.GetOrAdd(sweep, _ => new SemaphoreSlim(0));
}
