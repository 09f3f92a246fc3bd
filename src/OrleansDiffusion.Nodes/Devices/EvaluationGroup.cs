namespace OrleansDiffusion.Nodes.Devices;

/// <summary>Requests that come to a device for the same sweep and are answered together.</summary>
/// <param name="Key">
/// What they share and nothing else does: batch, epoch and sweep. A key is not used again once its group is complete.
/// </param>
/// <param name="Size">How many of them come to this device, 1 or more; the same in all of them.</param>
public readonly record struct EvaluationGroup(string Key, int Size);
