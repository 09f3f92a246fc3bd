using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using OrleansDiffusion.Contracts.Jobs;
using OrleansDiffusion.Contracts.Keys;
using OrleansDiffusion.Contracts.Sweeps;
using OrleansDiffusion.Grid;
using OrleansDiffusion.Grid.Exchange;
using OrleansDiffusion.Grid.Supervision;
using OrleansDiffusion.Nodes;
using OrleansDiffusion.Nodes.Devices;
using OrleansDiffusion.Nodes.Planning;
using OrleansDiffusion.Storage.Objects;
using OrleansDiffusion.Streaming;
using OrleansDiffusion.Tests;
using Orleans.Runtime.Placement;
using Orleans.Streams;
using Orleans.TestingHost;

namespace OrleansDiffusion.Silo.Tests.Fixtures;

/// <summary>A cluster in this process whose models, time and exchange a test may replace.</summary>
internal sealed class TestGrid : IAsyncDisposable
{
    private const string MemoryStreams = "memory";
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(1);

    private readonly MemoryObjectStore _store = new(); // of all silos
    private InProcessTestCluster _cluster = null!;

    public TestModels Models { get; } = new();

    public IGrainFactory Grains => _cluster.Client;

    public IEnumerable<InProcessSiloHandle> Silos => _cluster.Silos.Where(silo => silo.IsActive);

    public static async Task<TestGrid> Start(int silos = 1, TestGridOptions? options = null)
    {
        options ??= new TestGridOptions();
        var grid = new TestGrid();
        var started = 0;
        var builder = new InProcessTestClusterBuilder((short)silos);
        builder.ConfigureSilo((_, silo) => grid.Configure(silo, options, Interlocked.Increment(ref started) - 1));
        grid._cluster = builder.Build();
        await grid._cluster.DeployAsync(TestContext.Current.CancellationToken);
        var compute = Enumerable.Range(0, silos).Count(silo => options.Devices(silo) is not null);
        await Task.WhenAll(grid.Silos.Select(silo => silo.ServiceProvider.GetRequiredService<ComputeSilos>()
            .WhenKnown(compute, TestContext.Current.CancellationToken)));
        return grid;
    }

    /// <summary>A silo by its number in <see cref="TestGridOptions.Devices"/>.</summary>
    public InProcessSiloHandle Silo(int number) =>
        Silos.Single(silo => silo.ServiceProvider.GetRequiredService<SiloNumber>().Value == number);

    /// <summary>The grains, called from a silo: what is said on the way is not lost with another one.</summary>
    public IGrainFactory GrainsFrom(int silo) => Silo(silo).ServiceProvider.GetRequiredService<IGrainFactory>();

    /// <summary>Runs a job to its end.</summary>
    public Task<GridJob> Run(SamplingRequest request) => GridJob.Run(Grains, request);

    /// <summary>What is measured on silos from now on.</summary>
    public MeterReadings Readings(params int[] silos) =>
        new([.. silos.Select(silo => Silo(silo).ServiceProvider.GetRequiredService<IMeterFactory>())]);

    /// <summary>Kills a silo; what it held is lost.</summary>
    public Task Kill(InProcessSiloHandle silo) => _cluster.KillSiloAsync(silo);

    /// <summary>Stops a silo in order.</summary>
    public Task Stop(InProcessSiloHandle silo) => _cluster.StopSiloAsync(silo);

    /// <summary>Starts one more silo, and waits until all know it.</summary>
    public async Task Add()
    {
        await _cluster.StartAdditionalSiloAsync();
        var compute = Silos.Count(silo => silo.ServiceProvider.GetService<DevicePool>() is not null);
        await Task.WhenAll(Silos.Select(silo => silo.ServiceProvider.GetRequiredService<ComputeSilos>()
            .WhenKnown(compute, TestContext.Current.CancellationToken)));
    }

    /// <summary>The id of a job whose grain, and that of its first batch's supervisor, are on a given silo.</summary>
    public Task<string> JobOn(int silo) => JobOn(silo, silo);

    /// <summary>The id of a job whose grain is on a given silo, and that of its first batch's supervisor on another.</summary>
    public async Task<string> JobOn(int silo, int supervisor)
    {
        while (true)
        {
            var id = Guid.NewGuid().ToString("N");
            var job = Grains.GetGrain<ISamplingJobGrain>(id);
            var batch = Grains.GetGrain<IBlockSupervisorGrain>(new BatchKey(id, 0).ToString());
            RequestContext.Set(IPlacementDirector.PlacementHintKey, Silo(silo).SiloAddress);
            await Answered.Call(() => job.Status());
            RequestContext.Set(IPlacementDirector.PlacementHintKey, Silo(supervisor).SiloAddress);
            await Answered.Call(async () =>
            {
                await batch.Admit();
                return true;
            });
            RequestContext.Remove(IPlacementDirector.PlacementHintKey);

            // A hint is not taken by a silo that does not know yet what the other one can hold.
            if (Silo(silo).SiloAddress.Equals(await SiloOf(job)) && Silo(supervisor).SiloAddress.Equals(await SiloOf(batch)))
                return id;
        }
    }

    /// <summary>Where a grain is active, by what all silos say: a time-node is in its own silo's directory alone. Null if it is not.</summary>
    public async Task<SiloAddress?> SiloOf(IAddressable grain)
    {
        var active = await Answered.Call(() => Grains.GetGrain<IManagementGrain>(0).GetDetailedGrainStatistics());
        return active.SingleOrDefault(activation => activation.GrainId == grain.GetGrainId())?.SiloAddress;
    }

    /// <summary>The active grains whose classes are in a namespace, by class and silo.</summary>
    public async Task<IReadOnlyList<SimpleGrainStatistic>> ActiveIn(string @namespace)
    {
        var grains = await Answered.Call(() => Grains.GetGrain<IManagementGrain>(0).GetSimpleGrainStatistics());
        return [.. grains.Where(type => type.GrainType.StartsWith(@namespace, StringComparison.Ordinal))];
    }

    /// <summary>How many slices and time-nodes there are, and how many jobs the silos are set up for.</summary>
    public async Task<(int Grains, int Setups)> Held()
    {
        var slices = await ActiveIn("OrleansDiffusion.Nodes.Slices");
        var nodes = await ActiveIn("OrleansDiffusion.Nodes.TimeNodes");
        return (
            slices.Concat(nodes).Sum(type => type.ActivationCount),
            Silos.Select(silo => silo.ServiceProvider.GetService<JobSetups>())
                .OfType<JobSetups>().Sum(jobs => jobs.Count));
    }

    /// <summary>Waits until the grid holds nothing of any job.</summary>
    public Task IsFree() => Eventually.Becomes(Held, held => held is (0, 0));

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    private void Configure(ISiloBuilder silo, TestGridOptions options, int number)
    {
        silo.Services.AddSingleton(new SiloNumber(number));
        silo.Services.AddKeyedSingleton(GridNames.Time, options.Time);
        silo.Services.AddSingleton<IModelSource>(Models);
        silo.Services.AddSingleton(services => options.Wrap(ExchangeOf(services, options.Exchange), services));
        silo.AddIncomingGrainCallFilter(call => options.Call(call));
        silo.AddOutgoingGrainCallFilter(async call =>
        {
            await call.Invoke();
            options.Answered(call);
        });
        silo.UseInMemoryReminderService();
        silo.Services.AddSingleton<IObjectStore>(
            options.HasStoreOfItsOwn ? new MemoryObjectStore() : options.Store ?? _store);
        silo.AddSweepStreams(
            GridOptions.DefaultStreams, streams => streams.SizeOf = message => (message as SweepMessage)?.Bytes ?? 0);
        silo.AddMemoryStreams(MemoryStreams, streams => streams.ConfigurePullingAgent(agent => agent.Configure(
            settings => settings.GetQueueMsgsTimerPeriod = TimeSpan.FromMilliseconds(1))));
        silo.UseImplicitSubscriptions(GridOptions.DefaultStreams).UseImplicitSubscriptions(MemoryStreams);

        silo.AddGrainDirectory();
        silo.AddSamplingGrid(grid =>
        {
            if (options.Exchange == ExchangeKind.MemoryStreams)
                grid.Streams = MemoryStreams;
            grid.RecoveryDelay = TimeSpan.Zero;

            // A machine that is busy is no fault.
            (grid.SweepPatience, grid.StallInterval, grid.PingTimeout, grid.HandOverTimeout) =
                (Deadline, Deadline, Deadline, Deadline);
            options.Grid(grid);
        });
        if (options.Devices(number) is { } devices)
        {
            silo.AddTimeNodes(new DeviceOptions
            {
                Devices = devices, MostQueued = options.MostQueued, GroupWait = options.GroupWait,
            });
        }
        else
            silo.WithoutTimeNodes();
    }

    private static ISweepExchange ExchangeOf(IServiceProvider services, ExchangeKind kind) => kind switch
    {
        ExchangeKind.DirectCalls => new DirectExchange(services.GetRequiredService<IGrainFactory>()),
        ExchangeKind.MemoryStreams => new StreamExchange(services.GetRequiredKeyedService<IStreamProvider>(MemoryStreams)),
        _ => new StreamExchange(services.GetRequiredKeyedService<IStreamProvider>(GridOptions.DefaultStreams)),
    };

    private sealed record SiloNumber(int Value);
}
