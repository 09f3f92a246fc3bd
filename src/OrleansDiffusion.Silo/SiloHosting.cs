using OrleansDiffusion.Contracts.Sweeps;
using OrleansDiffusion.Grid;
using OrleansDiffusion.Nodes;
using OrleansDiffusion.Storage;
using OrleansDiffusion.Streaming;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Dashboard;
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
        silo.AddMembership(settings);
        silo.Services.AddObjectStore(settings.Storage);
        var streams = AddExchange(silo, settings.Exchange);
        silo.AddSamplingGrid(grid =>
        {
            grid.Streams = streams;
            settings.Grid?.Invoke(grid);
        });
        if (settings.Role == SiloRole.Control)
            silo.WithoutTimeNodes().WithoutCatalogue();
        else
            silo.AddTimeNodes(settings.Devices);
        if (settings.Role == SiloRole.Compute)
            silo.WithoutJobs();
        if (settings.Dashboard)
            silo.AddDashboard(dashboard => dashboard.HideTrace = true); // logs are nobody's who may ask for samples
        return silo;
    }

    // It opens models, as time-nodes do.
    private static void WithoutCatalogue(this ISiloBuilder silo) => silo.Services.PostConfigure<GrainTypeOptions>(types =>
        types.Classes.Remove(typeof(CatalogueGrain)));

    // The name of the stream provider; null where there is none.
    private static string? AddExchange(ISiloBuilder silo, ExchangeKind kind)
    {
        switch (kind)
        {
            case ExchangeKind.SweepStreams:
                silo.AddSweepStreams(GridOptions.DefaultStreams, streams => streams.SizeOf = BytesOf);
                break;
            case ExchangeKind.MemoryStreams:
                silo.AddMemoryStreams(GridOptions.DefaultStreams);
                break;
            default:
                return null;
        }

        silo.UseImplicitSubscriptions(GridOptions.DefaultStreams);
        return GridOptions.DefaultStreams;
    }

    private static long BytesOf(object message) => message is SweepMessage sweep ? sweep.Bytes : 0;
}
