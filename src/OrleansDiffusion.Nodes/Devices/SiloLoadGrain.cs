using System.Collections.Immutable;
using Microsoft.Extensions.DependencyInjection;
using OrleansDiffusion.Contracts.Silos;
using OrleansDiffusion.Grid;
using OrleansDiffusion.Nodes.Slices;

namespace OrleansDiffusion.Nodes.Devices;

/// <summary>Says what the devices of its silo have to do. Between two readings of theirs lies a second at least.</summary>
[GrainType("odiff.silo-load")]
internal sealed class SiloLoadGrain(
    DevicePool devices, HeldSlices held, ILocalSiloDetails silo, [FromKeyedServices(GridNames.Time)] TimeProvider time)
    : Grain, ISiloLoadGrain
{
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1);

    private readonly double?[] _shares = new double?[devices.Executors.Count];
    private long _readAt;
    private ImmutableArray<TimeSpan> _read = []; // how long each was busy by then

    public Task<SiloLoad> Read()
    {
        if (this.GetPrimaryKeyString() != silo.SiloAddress.ToParsableString())
        {
            DeactivateOnIdle();
            throw new InvalidOperationException($"{this.GetPrimaryKeyString()} lives on {silo.SiloAddress}");
        }

        if (_read.IsEmpty || time.GetElapsedTime(_readAt) >= Shortest)
            ReadDevices();
        return Task.FromResult(new SiloLoad(
            held.Nodes,
            [.. devices.Executors.Select((executor, i) => new DeviceLoad(executor.Device.Name, _shares[i], executor.Queued))]));
    }

    private void ReadDevices()
    {
        var (now, busy) = (time.GetTimestamp(), devices.Executors.Select(executor => executor.BusyTime).ToImmutableArray());
        for (var i = 0; i < _read.Length; i++)
            _shares[i] = Math.Clamp((busy[i] - _read[i]) / time.GetElapsedTime(_readAt, now), 0, 1);
        (_readAt, _read) = (now, busy);
    }
}
