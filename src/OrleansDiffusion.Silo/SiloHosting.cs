using System.Net;
using Microsoft.Extensions.DependencyInjection;
using OrleansDiffusion.Contracts.Sweeps;
using OrleansDiffusion.Grid;
using OrleansDiffusion.Nodes;
using OrleansDiffusion.Streaming;
using Orleans.Configuration;

namespace OrleansDiffusion.Silo;

/// <summary>Makes a silo of OrleansDiffusion.</summary>
public static class SiloHosting
{
    /// <summary>Adds the grains, the sweep streams and what they need, by the silo's role.</summary>
    /// <param name="silo">The silo.</param>
    /// <param name="settings">How it is run.</param>
    public static ISiloBuilder AddOrleansDiffusion(this ISiloBuilder silo, SiloSettings settings)
    {
        ArgumentNullException.ThrowIfNull(silo);
        ArgumentNullException.ThrowIfNull(settings);
        silo.UseLocalhostClustering(
            settings.SiloPort, settings.GatewayPort, settings.Primary, serviceId: settings.ClusterId,
            clusterId: settings.ClusterId);
        silo.Configure<EndpointOptions>(endpoint => endpoint.AdvertisedIPAddress = IPAddress.Loopback);
        silo.AddMemoryGrainStorage("PubSubStore");
        silo.AddSweepStreams(GridOptions.DefaultStreams, streams => streams.SizeOf = BytesOf);
        silo.AddSamplingGrid(settings.Grid);
        if (settings.Role == SiloRole.Control)
            silo.WithoutTimeNodes();
        else
            silo.AddTimeNodes(settings.Devices);
        return silo;
    }

    private static long BytesOf(object message) => message is SweepMessage sweep ? sweep.Bytes : 0;
}
