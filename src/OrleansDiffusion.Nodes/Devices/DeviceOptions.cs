using OrleansDiffusion.Sampling;

namespace OrleansDiffusion.Nodes.Devices;

/// <summary>A silo's devices and how evaluations wait for them. Names are those of the command line.</summary>
public sealed record DeviceOptions
{
    private const int MostRequests = 1 << 20;
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(1);

    /// <summary>
    /// The devices, as <see cref="DeviceList.Parse(string)"/> reads them; null, the default, for all GPUs, or the CPU
    /// where there are none.
    /// </summary>
    public string? Devices { get; init; }

    /// <summary>
    /// Most requests that are queued at a device, 1 to 1048576; further ones wait for room. Default 16384.
    /// </summary>
    public int MostQueued { get; init; } = 16384;

    /// <summary>
    /// How long a call waits for the rest of a group, positive and at most a minute. It is only waited out where a
    /// member was lost. Default 1 s.
    /// </summary>
    public TimeSpan GroupWait { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Throws if an option is out of its range.</summary>
    /// <returns>The devices.</returns>
    /// <exception cref="InvalidOptionException">Names the option and what it may be.</exception>
    public IReadOnlyList<Device> Validate()
    {
        ValidateBounds();
        return Devices is null ? DeviceList.Default() : DeviceList.Parse(Devices);
    }

    /// <summary>As <see cref="Validate"/>, without the devices.</summary>
    internal void ValidateBounds()
    {
        if (MostQueued is < 1 or > MostRequests)
            throw new InvalidOptionException("device-queue", $"must be 1 to {MostRequests}, was {MostQueued}");
        if (GroupWait <= TimeSpan.Zero || GroupWait > LongestWait)
        {
            throw new InvalidOptionException(
                "device-wait", $"must be positive and at most {LongestWait.TotalSeconds} s, was {GroupWait.TotalSeconds} s");
        }
    }
}
