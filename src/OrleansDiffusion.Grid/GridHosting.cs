using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using OrleansDiffusion.Grid.Admission;
using OrleansDiffusion.Grid.Durability;
using OrleansDiffusion.Grid.Exchange;
using OrleansDiffusion.Grid.Jobs;
using OrleansDiffusion.Grid.Manifests;
using OrleansDiffusion.Grid.Placement;
using OrleansDiffusion.Grid.Supervision;
using OrleansDiffusion.Storage;
using Orleans.Configuration;
using Orleans.Serialization;
using Orleans.Streams;

namespace OrleansDiffusion.Grid;

/// <summary>Adds the job and supervisor grains' services to a silo.</summary>
public static class GridHosting
{
    /// <summary>
    /// Adds them. The stream provider that <see cref="GridOptions.Streams"/> names must be added, too, best with
    /// <see cref="UseImplicitSubscriptions"/>, and a reminder service. Jobs are kept in the silo's memory where no other object
    /// store was added before.
    /// </summary>
    /// <param name="silo">The silo.</param>
    /// <param name="configure">Sets options; they are checked at start.</param>
    public static ISiloBuilder AddSamplingGrid(this ISiloBuilder silo, Action<GridOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(silo);
        silo.Services.AddOptions<GridOptions>().Configure(configure ?? (_ => { }))
            .PostConfigure(options => options.Validate()).ValidateOnStart();
        silo.Services.TryAddKeyedSingleton(GridNames.Time, TimeProvider.System);
        silo.Services.AddMetrics();
        silo.Services.TryAddSingleton<GridMetrics>();
        silo.Services.TryAddSingleton<ComputeSilos>();
        silo.Services.TryAddSingleton<JobSilos>();
        silo.Services.TryAddSingleton<WalkedBatches>();
        silo.Services.AddObjectStore();
        silo.Services.TryAddSingleton<JobStore>();
        silo.Services.TryAddSingleton<ManifestStore>();

        // Why a model cannot be opened on a silo is told by another one.
        silo.Services.Configure<ExceptionSerializationOptions>(
            exceptions => exceptions.SupportedNamespacePrefixes.Add(nameof(OrleansDiffusion)));

        // Whoever calls a grain first places it, hence silos too that cannot hold it.
        silo.Services.AddPlacementDirector<TimelinePlacement, TimelinePlacementDirector>();
        silo.Services.TryAddKeyedSingleton<IStreamIdMapper, SupervisorStreams>(SupervisorStreams.Name);
        silo.Services.TryAddSingleton<ISweepExchange>(services =>
            services.GetRequiredService<IOptions<GridOptions>>().Value.Streams is { } name
                ? new StreamExchange(services.GetRequiredKeyedService<IStreamProvider>(name))
                : new DirectExchange(services.GetRequiredService<IGrainFactory>()));

        // What they measure is shown before there is any.
        silo.AddStartupTask((services, _) => Task.FromResult(services.GetRequiredService<GridMetrics>()));
        return silo;
    }

    /// <summary>
    /// Has a stream provider find subscribers by the grains' classes alone, as those of sweeps are found, without a grain and a
    /// store that keep them.
    /// </summary>
    /// <param name="silo">The silo.</param>
    /// <param name="streams">The provider's name; nobody can subscribe to its streams by a call.</param>
    public static ISiloBuilder UseImplicitSubscriptions(this ISiloBuilder silo, string streams)
    {
        ArgumentNullException.ThrowIfNull(silo);
        ArgumentException.ThrowIfNullOrEmpty(streams);
        silo.Services.Configure<StreamPubSubOptions>(streams, pubSub => pubSub.PubSubType = StreamPubSubType.ImplicitOnly);

        // Streams of slices are many and soon over.
        silo.Services.Configure<StreamPullingAgentOptions>(
            streams, agent => agent.StreamInactivityPeriod = TimeSpan.FromMinutes(5));
        return silo;
    }

    /// <summary>Takes the job and supervisor grains out of a silo that may be gone at any moment: others hold them.</summary>
    /// <param name="silo">The silo.</param>
    public static ISiloBuilder WithoutJobs(this ISiloBuilder silo)
    {
        ArgumentNullException.ThrowIfNull(silo);
        silo.Services.PostConfigure<GrainTypeOptions>(types =>
            types.Classes.RemoveWhere(type => type.Assembly == typeof(GridHosting).Assembly));
        return silo;
    }

    /// <summary>Waits until a silo knows as many silos that can hold time-nodes, and their devices.</summary>
    /// <param name="services">The silo's services.</param>
    /// <param name="silos">How many.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    public static Task WhenComputeSilosKnown(
        this IServiceProvider services, int silos, CancellationToken cancellationToken = default) =>
        services.GetRequiredService<ComputeSilos>().WhenKnown(silos, cancellationToken);
}
