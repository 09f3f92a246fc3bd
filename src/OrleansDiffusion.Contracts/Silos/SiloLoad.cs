using System.Collections.Immutable;

namespace OrleansDiffusion.Contracts.Silos;

/// <summary>What a silo that can hold time-nodes has to do.</summary>
/// <param name="TimeNodes">Time-nodes that are open there.</param>
/// <param name="Devices">Its devices.</param>
[GenerateSerializer, Immutable, Alias("odiff.SiloLoad")]
public sealed record SiloLoad([property: Id(0)] int TimeNodes, [property: Id(1)] ImmutableArray<DeviceLoad> Devices);
