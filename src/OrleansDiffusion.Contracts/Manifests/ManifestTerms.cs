using OrleansDiffusion.Contracts.Jobs;

namespace OrleansDiffusion.Contracts.Manifests;

/// <summary>What holds for all lines of a manifest.</summary>
/// <param name="Defaults">What lines do not say: the fields of a request as a JSON object.</param>
/// <param name="Limits">What a line may ask for; null for anything.</param>
/// <param name="Submitter">Who takes turns with others, whatever lines say; null for whom they say.</param>
[GenerateSerializer, Immutable, Alias("odiff.ManifestTerms")]
public sealed record ManifestTerms(
    [property: Id(0)] string Defaults, [property: Id(1)] RequestLimits? Limits, [property: Id(2)] string? Submitter = null);
