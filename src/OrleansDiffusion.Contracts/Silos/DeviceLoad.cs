namespace OrleansDiffusion.Contracts.Silos;

/// <summary>How much a silo's device has to do.</summary>
/// <param name="Name">The device: <c>cpu</c>, <c>cuda:0</c>, or an emulated one with its speed.</param>
/// <param name="Busy">
/// The share of the time that it was busy since it was asked last, a second ago or more, 0 to 1; null where it was not asked
/// before.
/// </param>
/// <param name="Queued">Requests of time-nodes that wait for it.</param>
[GenerateSerializer, Immutable, Alias("odiff.DeviceLoad")]
public sealed record DeviceLoad(
    [property: Id(0)] string Name, [property: Id(1)] double? Busy, [property: Id(2)] int Queued);
