using System.Collections.Immutable;
using OrleansDiffusion.Contracts.Sweeps;
using OrleansDiffusion.Nodes.Devices;
using OrleansDiffusion.Grid.Placement;
using OrleansDiffusion.Nodes.Planning;
using OrleansDiffusion.Nodes.Slices;
using Orleans.GrainDirectory;

namespace OrleansDiffusion.Nodes.TimeNodes;

/// <summary>
/// A run of grid points as a grain. The model is asked by the device's own thread, never by one of Orleans'.
/// </summary>
[GrainType("odiff.node"), TimelinePlacement, GrainDirectory(LocalDirectory.Name)]
internal sealed class TimeNodeGrain(JobSetups setups, DevicePool devices, HeldSlices held, ILocalSiloDetails silo)
    : LedGrain, ITimeNodeGrain
{
    private NodeSpec? _spec;
    private OpenNode? _open;

    public async Task Open(NodeSpec spec, CancellationToken cancellationToken = default)
    {
        IsLed = true;
        if (_open is not null)
            return;
        RequireHome(spec.Silo, silo.SiloAddress);
        var executor = devices.Executors[spec.Device];
        var model = await setups.ModelOn(executor, spec.Batch, cancellationToken);
        var setup = await setups.Take(spec.Batch, cancellationToken);
        (_spec, _open) = (spec, new OpenNode(spec, setup, executor, model.Denoiser));
        held.AddNode();
    }

    public Task<byte[]> Roll() => Task.FromResult(Opened().Roll());

    public Task Start(ImmutableArray<NodeEntry> entries)
    {
        Opened().Start(entries);
        return Task.CompletedTask;
    }

    public Task<NodeEvaluated> Evaluate(
        int sweep, bool[] active, ImmutableArray<int> leads, string group, int groupSize,
        CancellationToken cancellationToken = default) =>
        Opened().Evaluate(sweep, active, leads, new EvaluationGroup(group, groupSize), cancellationToken);

    public Task<double[]> Move(int sweep, ImmutableArray<NodeEntry> entries) =>
        Task.FromResult(Opened().Move(sweep, entries));

    public Task<ImmutableArray<byte[]>> Exits(ImmutableArray<int> samples) => Task.FromResult(Opened().Exits(samples));

    public Task<Iterates?> HandOver()
    {
        LeaveUnlessLed();
        return Task.FromResult(_open?.HandOver());
    }

    public Task TakeOver(Iterates iterates)
    {
        Opened().TakeOver(iterates);
        return Task.CompletedTask;
    }

    public Task Close()
    {
        Drop();
        DeactivateOnIdle();
        return Task.CompletedTask;
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        Drop();
        return Task.CompletedTask;
    }

    private void Drop()
    {
        if (_open is null)
            return;
        _open.Dispose();
        _open = null;
        held.RemoveNode();
        setups.Release(_spec!.Batch);
    }

    private OpenNode Opened()
    {
        if (_open is not null)
            return _open;
        LeaveUnlessLed();
        throw new InvalidOperationException($"time-node {this.GetPrimaryKeyString()} is not open");
    }
}
