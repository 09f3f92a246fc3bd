using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using OrleansDiffusion.Grid;
using OrleansDiffusion.Nodes.Devices;
using OrleansDiffusion.Nodes.Planning;
using OrleansDiffusion.Nodes.Slices;
using OrleansDiffusion.Nodes.TimeNodes;
using Orleans.Configuration;
using Orleans.Runtime.Hosting;
using Orleans.Runtime.MembershipService.SiloMetadata;

namespace OrleansDiffusion.Nodes;

/// <summary>Makes a silo one that can hold time-nodes, or one that cannot.</summary>
public static class NodesHosting
{
    /// <summary>Adds the devices and the models.</summary>
    /// <param name="silo">The silo.</param>
    /// <param name="options">The devices it evaluates models on; their number weighs it against other silos.</param>
    /// <exception cref="Sampling.InvalidOptionException">An option is out of its range.</exception>
    public static ISiloBuilder AddTimeNodes(this ISiloBuilder silo, DeviceOptions options)
    {
        ArgumentNullException.ThrowIfNull(silo);
        ArgumentNullException.ThrowIfNull(options);
        var devices = options.Validate();
        silo.UseSiloMetadata(new Dictionary<string, string>
        {
            [GridNames.Devices] = devices.Count.ToString(CultureInfo.InvariantCulture),
        });
        silo.Services.TryAddSingleton<IModelSource, CatalogueSource>();
        silo.Services.TryAddSingleton<ModelStore>();
        silo.Services.AddMetrics();
        silo.Services.TryAddSingleton<DeviceMetrics>();
        silo.Services.TryAddSingleton(services => new DevicePool(
            options, services.GetRequiredService<DeviceMetrics>(), services.GetRequiredKeyedService<TimeProvider>(GridNames.Time),
            services.GetRequiredService<ILogger<DeviceExecutor>>()));
        silo.AddGrainDirectory(LocalDirectory.Name, (_, _) => new LocalDirectory());
        silo.Services.TryAddSingleton<JobSetups>();
        silo.Services.TryAddSingleton<HeldSlices>();
        silo.Services.AddHostedService<Departure>();
        return silo;
    }

    /// <summary>Takes the grain classes of this assembly out of a silo, so that no time-node is placed there.</summary>
    /// <param name="silo">The silo.</param>
    public static ISiloBuilder WithoutTimeNodes(this ISiloBuilder silo)
    {
        ArgumentNullException.ThrowIfNull(silo);
        silo.UseSiloMetadata([]);
        silo.Services.PostConfigure<GrainTypeOptions>(types =>
            types.Classes.RemoveWhere(type => type.Assembly == typeof(NodesHosting).Assembly));
        return silo;
    }
}
