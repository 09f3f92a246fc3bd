using System.Collections.Immutable;
using OrleansDiffusion.Contracts.Sweeps;
using OrleansDiffusion.Nodes.Devices;
using OrleansDiffusion.Grid.Placement;
using OrleansDiffusion.Nodes.Planning;

namespace OrleansDiffusion.Nodes.TimeNodes;

/// <summary>
/// A run of grid points as a grain. The model is asked by the device's own thread, never by one of Orleans'.
/// </summary>
[GrainType("odiff.node"), TimelinePlacement]
internal sealed class TimeNodeGrain(JobSetups setups, DevicePool devices, ILocalSiloDetails silo)
    : LedGrain, ITimeNodeGrain
{
    private NodeSpec? _spec;
    private OpenNode? _open;

    public async Task<bool> Open(NodeSpec spec, CancellationToken cancellationToken = default)
    {
        IsLed = true;
        if (spec.Epoch < _spec?.Epoch)
            throw new InvalidOperationException($"epoch {spec.Epoch} is over, epoch {_spec.Epoch} is on");
        if (spec.Epoch == _spec?.Epoch && _open is not null)
            return true;
        Drop();
        if (!spec.Silo.Equals(silo.SiloAddress))
        {
            Relocation.Leave(GrainContext, spec.Silo);
            return false;
        }

        var executor = devices.Executors[spec.Device];
        var model = await setups.ModelOn(executor, spec.Batch, cancellationToken);
        var setup = await setups.Take(spec.Batch, cancellationToken);
        (_spec, _open) = (spec, new OpenNode(spec, setup, executor, model.Denoiser));
        return true;
    }

    public Task<byte[]> Roll(int epoch, ImmutableArray<NodeEntry> entries) => Task.FromResult(Of(epoch).Roll(entries));

    public Task Start(int epoch, ImmutableArray<NodeEntry> entries)
    {
        Of(epoch).Start(entries);
        return Task.CompletedTask;
    }

    public Task<NodeEvaluated> Evaluate(
        int epoch, int sweep, bool[] active, string group, int groupSize, CancellationToken cancellationToken = default) =>
        Of(epoch).Evaluate(sweep, active, new EvaluationGroup(group, groupSize), cancellationToken);

    public Task<double[]> Move(int epoch, int sweep, ImmutableArray<NodeEntry> entries) =>
        Task.FromResult(Of(epoch).Move(sweep, entries));

    public Task<ImmutableArray<byte[]>> Exits(int epoch, ImmutableArray<int> samples) =>
        Task.FromResult(Of(epoch).Exits(samples));

    public Task Close(int epoch)
    {
        if (epoch < _spec?.Epoch)
            return Task.CompletedTask;
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
        setups.Release(_spec!.Batch);
    }

    private OpenNode Of(int epoch)
    {
        if (_open is not null && _spec!.Epoch == epoch)
            return _open;
        LeaveUnlessLed();
        throw new InvalidOperationException(
            $"time-node {this.GetPrimaryKeyString()} is not open in epoch {epoch}"
            + (_open is null ? "" : $" but in epoch {_spec!.Epoch}"));
    }
}
