using System.Net;
using OrleansDiffusion.Grid;
using OrleansDiffusion.Nodes.Devices;

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

    /// <summary>The name of the cluster; only silos of one name find each other. Default <c>odiff</c>.</summary>
    public string ClusterId { get; init; } = "odiff";

    /// <summary>Sets options of the grid.</summary>
    public Action<GridOptions>? Grid { get; init; }
}
