using OrleansDiffusion.Chaos.Tests.Jobs;
using OrleansDiffusion.Cli.Runs;
using OrleansDiffusion.Contracts.Jobs;
using OrleansDiffusion.Contracts.Keys;
using OrleansDiffusion.Contracts.Sweeps;
using OrleansDiffusion.Grid.Placement;
using OrleansDiffusion.Silo;
using OrleansDiffusion.Tests;

namespace OrleansDiffusion.Chaos.Tests.Cluster;

/// <summary>A cluster of processes on this machine, a client of it, and a store that outlives all of them.</summary>
public sealed class FaultCluster : IAsyncDisposable
{
    internal const string Control = "control";
    internal const string Compute = "compute";
    internal const string Devices = "emulated:30ms";

    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("odiff-faults-");
    private readonly List<OdiffProcess> _silos = [];
    private readonly string _restart;
    private OdiffProcess? _redis;
    private ClusterConnection? _client;

    /// <summary>A cluster, of which nothing runs yet.</summary>
    /// <param name="store">What the silos keep all in; null for a folder of their own.</param>
    /// <param name="restart">What they are to do when one of them is lost, <c>warm</c> or <c>cold</c>.</param>
    internal FaultCluster(ClusterStore? store = null, string restart = "warm")
    {
        Store = store ?? ClusterStore.Folder(Path.Combine(_folder.FullName, "store"));
        _restart = restart;
    }

    internal OdiffProcess Redis => _redis!;

    internal IGrainFactory Grains => _client!.Grains;

    /// <summary>A folder that goes with the cluster.</summary>
    internal string Folder => _folder.FullName;

    /// <summary>The silos' store.</summary>
    internal ClusterStore Store { get; }

    /// <summary>Where clients find the cluster.</summary>
    internal string RedisUrl => $"redis://{Redis.Ready[^1]}";

    /// <summary>The silos of a role that are running.</summary>
    internal IReadOnlyList<OdiffProcess> Silos(string role) =>
        [.. _silos.Where(silo => !silo.HasExited && silo.Ready[2] == role)];

    /// <summary>Has as many silos run as are asked for, all of which know of one another, and of no others.</summary>
    internal async Task Heal(int control, int compute)
    {
        if (_redis is null)
        {
            var port = LoopbackPorts.Free(1)[0];
            _redis = await OdiffProcess.Start($"redis --port {port}");
        }

        foreach (var silo in _silos.Where(silo => silo.HasExited).ToList())
        {
            _silos.Remove(silo);
            await silo.DisposeAsync();
        }

        await Task.WhenAll(Silos(Control).Skip(control).Concat(Silos(Compute).Skip(compute)).Select(silo => silo.Kill()));
        await Add(control - Silos(Control).Count, compute - Silos(Compute).Count);
        _client ??= await Connect();
        await WaitUntilKnown();
    }

    /// <summary>Starts silos.</summary>
    /// <param name="control">How many of jobs and supervisors.</param>
    /// <param name="compute">How many of time-nodes.</param>
    /// <param name="devices">What the latter have.</param>
    internal async Task Add(int control, int compute, string devices = Devices)
    {
        var roles = Enumerable.Repeat(Control, Math.Max(0, control)).Concat(Enumerable.Repeat(Compute, Math.Max(0, compute))).ToList();
        if (roles.Count == 0)
            return;
        var ports = LoopbackPorts.Free(2 * roles.Count);
        _silos.AddRange(await Task.WhenAll(roles.Select((role, i) => OdiffProcess.Start(
            $"silo --role {role} --redis {RedisUrl} --store {Store.Location} --silo-port {ports[2 * i]} "
            + $"--gateway-port {ports[(2 * i) + 1]} --restart {_restart}"
            + (role == Compute ? $" --devices {devices}" : ""),
            Store.ConnectionString))));
    }

    /// <summary>Ends all silos as SIGKILL does.</summary>
    internal Task KillAll() => Task.WhenAll(_silos.Select(silo => silo.Kill()));

    /// <summary>Ends everything: the next cluster has nothing of this one but the store.</summary>
    internal async Task Clear()
    {
        await Disconnect();
        await KillAll();
        foreach (var silo in _silos)
            await silo.DisposeAsync();
        _silos.Clear();
        if (_redis is not null)
            await _redis.DisposeAsync();
        _redis = null;
    }

    /// <summary>Lets the client go; the next is connected when the cluster is healed.</summary>
    internal async Task Disconnect()
    {
        if (_client is not null)
            await _client.DisposeAsync();
        _client = null;
    }

    /// <summary>The process that holds a grain.</summary>
    internal async Task<OdiffProcess> HolderOf(IAddressable grain)
    {
        var silo = await Call(() => Management.GetActivationAddress(grain).AsTask());
        return _silos.Single(process => IsAt(process, silo!));
    }

    /// <summary>
    /// The id of a job whose grain is on the first control silo, and the supervisors of its first batches on the second.
    /// </summary>
    internal async Task<string> ApartJob(int batches = 2)
    {
        var id = GridRun.NewJobId();
        var hosts = (await Call(() => Management.GetHosts(onlyActive: true))).Keys;
        var places = Silos(Control).Select(process => hosts.Single(silo => IsAt(process, silo))).ToList();
        await Call(async () =>
        {
            await PlacementHint.On(places[0], () => Grains.GetGrain<ISamplingJobGrain>(id).Status());
            return true;
        });
        for (var batch = 0; batch < batches; batch++)
        {
            var supervisor = Grains.GetGrain<IBlockSupervisorGrain>(new BatchKey(id, batch).ToString());
            await Call(async () =>
            {
                await PlacementHint.On(places[1], () => supervisor.Receive(new SliceFailed(0, 0, 0, "")));
                return true;
            });
        }

        return id;
    }

    public async ValueTask DisposeAsync()
    {
        await Clear();
        _folder.Delete(recursive: true);
    }

    /// <summary>
    /// Asserts how often batches of a job were begun anew for another reason than that a sweep was late, which any may be where
    /// the machine is busy.
    /// </summary>
    internal Task HasRecovered(FinishedJob job, int times) => Eventually.Becomes(
        () => Task.FromResult((job.Recoveries, Late: Late(job.Id))), // what a process logs is read a little later
        seen => seen.Recoveries - seen.Late == times,
        text: $"begun anew {times} times but for late sweeps");

    /// <summary>What the silos logged of a job's batches.</summary>
    internal IEnumerable<string> LogOf(string job) => _silos.SelectMany(silo => silo.Log)
        .Where(line => line.Contains($"Batch {job}/", StringComparison.Ordinal));

    private int Late(string job) => LogOf(job).Count(line =>
        line.Contains("begun anew: no answer from slice", StringComparison.Ordinal)
        || line.Contains("begun anew: all slices wait", StringComparison.Ordinal));

    private IManagementGrain Management => Grains.GetGrain<IManagementGrain>(0);

    // Silos that have just started may answer late where the machine is busy.
    private async Task<ClusterConnection> Connect()
    {
        using var deadline = new CancellationTokenSource(Deadline);
        while (true)
        {
            try
            {
                return await ClusterConnection.Open(
                    RedisAddress.Parse("redis", RedisUrl), "odiff", log: null, TestContext.Current.CancellationToken);
            }
            catch (IOException) when (!deadline.IsCancellationRequested)
            {
                await Task.Delay(Pause, deadline.Token);
            }
        }
    }

    private async Task WaitUntilKnown() => await Eventually.Becomes(
        () => Call(() => Management.GetHosts(onlyActive: true)),
        hosts =>
        {
            var running = _silos.Where(silo => !silo.HasExited).ToList();
            return hosts.Count == running.Count && running.All(process => hosts.Keys.Any(silo => IsAt(process, silo)));
        });

    private static bool IsAt(OdiffProcess process, SiloAddress silo) => process.Ready[4] == silo.Endpoint.ToString();

    private static Task<T> Call<T>(Func<Task<T>> call) =>
        GridCalls.Again.Make(_ => call(), TestContext.Current.CancellationToken);
}
