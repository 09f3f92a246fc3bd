using System.Collections.Immutable;

namespace OrleansDiffusion.Contracts.Jobs;

/// <summary>Says which models can be asked for by name, where they can be opened: on a compute silo. Any key.</summary>
[Alias("odiff.ICatalogueGrain")]
public interface ICatalogueGrain : IGrainWithIntegerKey
{
    /// <summary>The models, the built-in ones first. One that cannot be opened is left out.</summary>
    [Alias("Models"), ResponseTimeout(Timeouts.OfModels)]
    Task<ImmutableArray<ModelSummary>> Models(CancellationToken cancellationToken = default);
}
