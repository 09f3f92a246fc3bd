using System.Collections.Concurrent;
using System.Globalization;
using Orleans.Runtime.MembershipService.SiloMetadata;

namespace OrleansDiffusion.Grid.Supervision;

/// <summary>The silos that can hold time-nodes: active ones that load the slice's grain class.</summary>
public sealed class ComputeSilos : ISiloStatusListener
{
    private const int MostFaults = 2; // with as many a silo is left out

    private static readonly GrainType Slice = GrainType.Create(GridNames.SliceType);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    private readonly ISiloStatusOracle _silos;
    private readonly IClusterManifestProvider _manifests;
    private readonly ISiloMetadataCache _metadata;
    private readonly ConcurrentDictionary<SiloAddress, int> _faults = [];
    private TaskCompletionSource _changed = Signal();

    /// <param name="silos">Which are active.</param>
    /// <param name="manifests">What they load.</param>
    /// <param name="metadata">What they say of themselves.</param>
    /// <param name="metrics">Shows how many are left out.</param>
    public ComputeSilos(
        ISiloStatusOracle silos, IClusterManifestProvider manifests, ISiloMetadataCache metadata, GridMetrics metrics)
    {
        ArgumentNullException.ThrowIfNull(silos);
        ArgumentNullException.ThrowIfNull(metrics);
        (_silos, _manifests, _metadata) = (silos, manifests, metadata);
        metrics.Quarantined = () => _faults.Count(silo => silo.Value >= MostFaults && IsAlive(silo.Key));
        silos.SubscribeToSiloStatusEvents(this);
    }

    /// <summary>Completes when a silo has come or gone after it was asked for.</summary>
    public Task Changed => Volatile.Read(ref _changed).Task;

    /// <summary>The silos, in an order that is the same for all who ask, each with its number of devices.</summary>
    public IReadOnlyList<(SiloAddress Silo, int Devices)> Find()
    {
        var all = All();
        var trusted = all.Where(silo => _faults.GetValueOrDefault(silo.Silo) < MostFaults).ToList();
        return trusted.Count > 0 ? trusted : all;
    }

    /// <summary>
    /// Takes in that a silo returned what it should not have. The second time, in whatever batch, it is left out from then
    /// on, where there are others.
    /// </summary>
    /// <returns>Whether it is left out for this.</returns>
    public bool Blame(SiloAddress silo) => _faults.AddOrUpdate(silo, 1, (_, faults) => faults + 1) == MostFaults;

    private List<(SiloAddress Silo, int Devices)> All() =>
    [
        .. _silos.GetApproximateSiloStatuses(onlyActive: true).Keys
            .Where(silo => _manifests.Current.Silos.TryGetValue(silo, out var manifest) && manifest.Grains.ContainsKey(Slice))
            .Order()
            .Select(silo => (silo, DevicesOf(silo))),
    ];

    /// <summary>Waits until there are as many silos, and they have said how many devices they have.</summary>
    /// <param name="count">How many.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    public async Task WhenKnown(int count, CancellationToken cancellationToken)
    {
        while (Find().Count(silo => _metadata.GetSiloMetadata(silo.Silo).Metadata.ContainsKey(GridNames.Devices)) < count)
            await Task.Delay(Pause, cancellationToken);
    }

    /// <summary>Whether a silo still answers, though it may be about to stop.</summary>
    public bool IsAlive(SiloAddress silo) =>
        _silos.GetApproximateSiloStatus(silo) is SiloStatus.Active or SiloStatus.ShuttingDown;

    /// <inheritdoc/>
    public void SiloStatusChangeNotification(SiloAddress updatedSilo, SiloStatus status) =>
        Interlocked.Exchange(ref _changed, Signal()).SetResult();

    private static TaskCompletionSource Signal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private int DevicesOf(SiloAddress silo) =>
        _metadata.GetSiloMetadata(silo).Metadata.TryGetValue(GridNames.Devices, out var text)
        && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var devices)
            ? Math.Max(1, devices)
            : 1;
}
