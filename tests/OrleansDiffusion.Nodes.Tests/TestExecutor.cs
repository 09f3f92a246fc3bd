using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using OrleansDiffusion.Nodes.Devices;
using OrleansDiffusion.Sampling;
using OrleansDiffusion.Tests;

namespace OrleansDiffusion.Nodes.Tests;

/// <summary>An executor whose time stands still unless a test advances it, and the nodes that it was given.</summary>
internal sealed class TestExecutor : IAsyncDisposable
{
    private readonly List<TestNode> _nodes = [];
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();

    public TestExecutor(Device? device = null, int mostQueued = 100, DeviceMetrics? metrics = null)
    {
        Wait = new NotedWait(Time);
        Metrics = metrics ?? new DeviceMetrics(Meters);
        Executor = new DeviceExecutor(
            device ?? Device.Cpu, new DeviceOptions { MostQueued = mostQueued, GroupWait = GroupWait }, Metrics, Time, null,
            Wait);
    }

    public static TimeSpan GroupWait { get; } = TimeSpan.FromSeconds(3);

    public ManualTime Time { get; } = new();

    public NotedWait Wait { get; }

    /// <summary>What made its meters, unless others were given.</summary>
    public IMeterFactory Meters => _services.GetRequiredService<IMeterFactory>();

    public DeviceMetrics Metrics { get; }

    public DeviceExecutor Executor { get; }

    /// <summary>A node that lives as long as the executor.</summary>
    public TestNode Node(int batch = 0, int? label = null)
    {
        var node = new TestNode(batch, label);
        _nodes.Add(node);
        return node;
    }

    /// <summary>Asks for a node.</summary>
    public Task<EvaluationOutcome> Ask(
        IDenoiser model, TestNode node, string group = "alone", int size = 1, CancellationToken? cancellation = null) =>
        Executor.EvaluateAsync(
            model, node.Node, node.Active, new EvaluationGroup(group, size),
            cancellation ?? TestContext.Current.CancellationToken);

    /// <summary>Asks for a new node.</summary>
    public Task<EvaluationOutcome> Ask(
        IDenoiser model, string group = "alone", int size = 1, CancellationToken? cancellation = null) =>
        Ask(model, Node(), group, size, cancellation);

    /// <summary>Waits until the executor has done all that it could do before this call.</summary>
    public async Task Settle() => await Ask(new TestModel()).InTime();

    public async ValueTask DisposeAsync()
    {
        await Executor.DisposeAsync().AsTask().InTime();
        foreach (var node in _nodes)
            node.Dispose();
        await _services.DisposeAsync();
    }
}
