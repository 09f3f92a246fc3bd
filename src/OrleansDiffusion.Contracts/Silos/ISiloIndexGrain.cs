using System.Collections.Immutable;

namespace OrleansDiffusion.Contracts.Silos;

/// <summary>Lists the silos of the cluster. Any key.</summary>
[Alias("odiff.ISiloIndexGrain")]
public interface ISiloIndexGrain : IGrainWithIntegerKey
{
    /// <summary>The silos that are active, by their addresses.</summary>
    [Alias("List")]
    Task<ImmutableArray<SiloSummary>> List(CancellationToken cancellationToken = default);
}
