using System.Globalization;
using Orleans.Runtime.MembershipService.SiloMetadata;

namespace OrleansDiffusion.Grid.Supervision;

/// <summary>The silos that can hold time-nodes: active ones that load the slice's grain class.</summary>
/// <param name="silos">Which are active.</param>
/// <param name="manifests">What they load.</param>
/// <param name="metadata">What they say of themselves.</param>
internal sealed class ComputeSilos(
    ISiloStatusOracle silos, IClusterManifestProvider manifests, ISiloMetadataCache metadata)
{
    private static readonly GrainType Slice = GrainType.Create(GridNames.SliceType);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    /// <summary>The silos, in an order that is the same for all who ask, each with its number of devices.</summary>
    public IReadOnlyList<(SiloAddress Silo, int Devices)> Find() =>
    [
        .. silos.GetApproximateSiloStatuses(onlyActive: true).Keys
            .Where(silo => manifests.Current.Silos.TryGetValue(silo, out var manifest) && manifest.Grains.ContainsKey(Slice))
            .Order()
            .Select(silo => (silo, DevicesOf(silo))),
    ];

    /// <summary>Waits until there are as many silos, and they have said how many devices they have.</summary>
    public async Task WhenKnown(int count, CancellationToken cancellationToken)
    {
        while (Find().Count(silo => metadata.GetSiloMetadata(silo.Silo).Metadata.ContainsKey(GridNames.Devices)) < count)
            await Task.Delay(Pause, cancellationToken);
    }

    private int DevicesOf(SiloAddress silo) =>
        metadata.GetSiloMetadata(silo).Metadata.TryGetValue(GridNames.Devices, out var text)
        && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var devices)
            ? Math.Max(1, devices)
            : 1;
}
