using System.Net;
using OrleansDiffusion.Grid;
using OrleansDiffusion.Nodes.Devices;
using OrleansDiffusion.Sampling;
using OrleansDiffusion.Storage;

namespace OrleansDiffusion.Silo;

/// <summary>How a silo is run.</summary>
public sealed record SiloSettings
{
    /// <summary>What it does. Default <see cref="SiloRole.Both"/>.</summary>
    public SiloRole Role { get; init; } = SiloRole.Both;

    /// <summary>The devices that it evaluates models on, where it holds time-nodes. Default all GPUs, or the CPU.</summary>
    public DeviceOptions Devices { get; init; } = new();

    /// <summary>The port for other silos, 1 to 65535.</summary>
    public required int SiloPort { get; init; }

    /// <summary>The port for clients, 1 to 65535.</summary>
    public required int GatewayPort { get; init; }

    /// <summary>The silo that keeps the membership, on this machine; null if it is this one.</summary>
    public IPEndPoint? Primary { get; init; }

    /// <summary>
    /// The Redis that keeps the membership and reminders, so that neither depends on a silo; null for none: then
    /// <see cref="Primary"/> keeps them, in memory.
    /// </summary>
    public RedisAddress? Redis { get; init; }

    /// <summary>
    /// The address of this machine at which other silos and clients reach it. Default loopback; another one needs
    /// <see cref="Redis"/>.
    /// </summary>
    public IPAddress Address { get; init; } = IPAddress.Loopback;

    /// <summary>
    /// How long it may take to join the cluster of <see cref="Primary"/> or <see cref="Redis"/>, positive. Default 1 minute.
    /// </summary>
    public TimeSpan JoinTimeout { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>The name of the cluster; only silos of one name find each other. Default <c>odiff</c>.</summary>
    public string ClusterId { get; init; } = "odiff";

    /// <summary>
    /// What carries the messages of sweeps, the same on all silos of the cluster. Default
    /// <see cref="ExchangeKind.SweepStreams"/>.
    /// </summary>
    public ExchangeKind Exchange { get; init; } = ExchangeKind.SweepStreams;

    /// <summary>Sets where jobs, checkpoints and samples are kept; null for the silo's memory.</summary>
    public Action<StorageOptions>? Storage { get; init; }

    /// <summary>
    /// Whether it counts for Orleans' own dashboard, which a gateway shows: every call of a grain passes a filter then. The same
    /// on all silos of the cluster. Default false.
    /// </summary>
    public bool Dashboard { get; init; }

    /// <summary>Sets options of the grid.</summary>
    public Action<GridOptions>? Grid { get; init; }

    /// <summary>Throws if a setting is out of its range; those of devices and grid are checked where they are used.</summary>
    /// <exception cref="InvalidOptionException">Names the option and what it may be.</exception>
    public void Validate()
    {
        CheckPort("silo-port", SiloPort);
        CheckPort("gateway-port", GatewayPort);
        if (SiloPort == GatewayPort)
            throw new InvalidOptionException("gateway-port", $"must not be the port of --silo-port, was {GatewayPort}");
        if (Primary is not null && !IPAddress.IsLoopback(Primary.Address))
            throw new InvalidOptionException("primary", $"must be on this machine, was {Primary}");
        if (Primary is not null && Redis is not null)
            throw new InvalidOptionException("primary", "is not taken with --redis, which keeps the membership");
        if (Redis is null && !IPAddress.IsLoopback(Address))
            throw new InvalidOptionException("address", $"must be loopback without --redis, was {Address}");
        if (Address.Equals(IPAddress.Any) || Address.Equals(IPAddress.IPv6Any))
            throw new InvalidOptionException("address", $"must be an address of this machine, was {Address}");
        if (JoinTimeout <= TimeSpan.Zero)
            throw new InvalidOptionException("join-timeout", $"must be positive, was {JoinTimeout}");
        if (string.IsNullOrWhiteSpace(ClusterId))
            throw new InvalidOptionException("cluster", "must be a name, was empty");
    }

    private static void CheckPort(string option, int port)
    {
        if (port is < 1 or > IPEndPoint.MaxPort)
            throw new InvalidOptionException(option, $"must be 1 to {IPEndPoint.MaxPort}, was {port}");
    }
}
