using OrleansDiffusion.Contracts.Jobs;
using OrleansDiffusion.Nodes.Devices;

namespace OrleansDiffusion.Cli.Runs;

/// <summary>A run as it is told to the user.</summary>
/// <param name="JobId">The job's id.</param>
/// <param name="Request">What was asked for.</param>
/// <param name="Outline">What that comes to.</param>
/// <param name="IsSequential">Whether the steps are taken one after the other.</param>
/// <param name="Devices">The devices that were asked for, of every silo; null where none were.</param>
internal sealed record RunDescription(
    string JobId, SamplingRequest Request, JobOutline Outline, bool IsSequential, IReadOnlyList<Device>? Devices)
{
    /// <summary>Whether times are those of a device of a given speed.</summary>
    public bool IsEmulated => Devices is not null && Devices.Any(device => device.IsEmulated);
}
