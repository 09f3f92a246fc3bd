namespace OrleansDiffusion.Contracts.Silos;

/// <summary>A silo of the cluster.</summary>
/// <param name="Address">Its address, as epochs name it: <c>ip:port@generation</c>.</param>
/// <param name="Name">The name that it goes by.</param>
/// <param name="IsControl">Whether it holds jobs and supervisors.</param>
/// <param name="IsCompute">Whether it can hold time-nodes.</param>
/// <param name="Started">When it has joined; null where that is not known.</param>
/// <param name="Processor">Share of its machine's processors in use, 0 to 1; null where it does not answer.</param>
/// <param name="MemoryBytes">Managed memory that its process has in use; null where it does not answer.</param>
/// <param name="Grains">Grains that live there; null where it does not answer.</param>
/// <param name="Load">What its devices have to do; null where it has none, or does not answer.</param>
[GenerateSerializer, Immutable, Alias("odiff.SiloSummary")]
public sealed record SiloSummary(
    [property: Id(0)] string Address,
    [property: Id(1)] string Name,
    [property: Id(2)] bool IsControl,
    [property: Id(3)] bool IsCompute,
    [property: Id(4)] DateTimeOffset? Started,
    [property: Id(5)] double? Processor,
    [property: Id(6)] long? MemoryBytes,
    [property: Id(7)] int? Grains,
    [property: Id(8)] SiloLoad? Load);
