using System.CommandLine;
using System.Net;
using System.Net.Sockets;
using OrleansDiffusion.Cli.Telemetry;
using OrleansDiffusion.Grid;
using OrleansDiffusion.Grid.Planning;
using OrleansDiffusion.Nodes.Devices;
using OrleansDiffusion.Sampling;
using OrleansDiffusion.Silo;

namespace OrleansDiffusion.Cli.Commands;

/// <summary>The options of <c>odiff silo</c>, and the settings that they make.</summary>
internal sealed class SiloOptions
{
    private const string Auto = "auto";

    private readonly ChoiceOption<SiloRole> _role = new(
        Roles, "What it holds: jobs and supervisors, time-nodes as well, or both");

    private readonly DevicesOption _devices = new();

    private readonly Option<int> _siloPort = Port("silo-port", "Port for other silos", 11111);

    private readonly Option<int> _gatewayPort = Port("gateway-port", "Port for clients", 30000);

    private readonly Option<string?> _primary = new("--primary")
    {
        Description = "host:port of the silo that keeps the membership [default: this one].",
    };

    private readonly Option<string?> _redis = new("--redis")
    {
        Description = "redis://host:port of the Redis that keeps the membership, instead of a silo; rediss for TLS, "
            + "rediss://entra@host:port to sign in with Microsoft Entra as the environment does.",
    };

    private readonly Option<string> _address = new("--address")
    {
        Description = $"IP address of this machine at which others reach the silo, or {Auto}: the one that leads to the Redis; "
            + "needs --redis.",
        DefaultValueFactory = _ => IPAddress.Loopback.ToString(),
    };

    private readonly ClusterOption _cluster = new();

    private readonly Option<string?> _evictionNotices = new("--eviction-notices")
    {
        Description = "Leave the cluster when Azure is about to take this machine away: 'azure', or the URL of an endpoint "
            + "that tells Scheduled Events as the instance metadata do [default: off].",
    };

    private readonly Option<bool> _sharesMachine = new("--shares-machine")
    {
        Description = "Other silos are on this machine: Azure is not told that it may go before its time.",
    };

    private readonly StoreOption _store = new("--store", "Keep jobs, checkpoints and samples there, not in memory");

    private readonly ChoiceOption<ExchangeKind> _exchange = new(
        Exchanges, "What carries the messages of sweeps, the same on all silos of the cluster");

    private readonly Option<bool> _dashboard = new("--dashboard")
    {
        Description = "Count for Orleans' own dashboard, which 'odiff gateway --dashboard' shows; the same on all silos of the cluster.",
    };

    private readonly ChoiceOption<bool> _restart = new(
        WarmRestarts, "Whether time-nodes go on from their iterates when a silo is lost, or begin their block anew, in jobs that "
        + "this silo supervises");

    private readonly TelemetryOptions _telemetry = new();

    private readonly Option<int?> _batchesAtOnce = new("--batches-at-once")
    {
        Description = "Most batches that are walked at a time in the cluster; others wait for their turn [default: 8 a device]. The "
            + "same on all silos that hold jobs.",
    };

    private readonly Option<int> _mostQueued = new("--most-queued")
    {
        Description = "How many batches may wait for their turn before jobs are refused. The same on all silos that hold jobs.",
        DefaultValueFactory = _ => new GridOptions().MostQueued,
    };

    /// <summary>The kinds of exchange by their names.</summary>
    public static NamedChoice<ExchangeKind> Exchanges { get; } = new(
        "exchange", ("sweep-streams", ExchangeKind.SweepStreams), ("memory-streams", ExchangeKind.MemoryStreams),
        ("direct-calls", ExchangeKind.DirectCalls));

    /// <summary>The roles by their names.</summary>
    public static NamedChoice<SiloRole> Roles { get; } = new(
        "role", ("both", SiloRole.Both), ("control", SiloRole.Control), ("compute", SiloRole.Compute));

    private static NamedChoice<bool> WarmRestarts { get; } = new("restart", ("warm", true), ("cold", false));

    public void AddTo(Command command)
    {
        Option[] all =
        [
            _role, _devices, _siloPort, _gatewayPort, _primary, _redis, _address, _cluster, _store, _evictionNotices,
            _sharesMachine, _exchange, _restart, _batchesAtOnce, _mostQueued, _dashboard, .. _telemetry.All,
        ];
        foreach (var option in all)
            command.Options.Add(option);
    }

    /// <summary>How the silo is to be run; ports and devices are not checked.</summary>
    /// <exception cref="InvalidOptionException">Names the option and what it may be.</exception>
    public async Task<SiloSettings> Settings(ParseResult parsed, CancellationToken cancellationToken)
    {
        var role = _role.Read(parsed);
        var isWarm = _restart.Read(parsed);
        var (batchesAtOnce, mostQueued) = (parsed.GetValue(_batchesAtOnce), parsed.GetValue(_mostQueued));
        CheckBatches("batches-at-once", batchesAtOnce);
        CheckBatches("most-queued", mostQueued);
        if (role == SiloRole.Control && parsed.GetValue(_devices) is not null)
            throw new InvalidOptionException("devices", "is taken by silos that hold time-nodes, not by --role control");
        var redis = parsed.GetValue(_redis) is { } url ? RedisAddress.Parse("redis", url) : null;
        return new SiloSettings
        {
            Role = role,
            Devices = new DeviceOptions { Devices = parsed.GetValue(_devices) },
            SiloPort = parsed.GetValue(_siloPort),
            GatewayPort = parsed.GetValue(_gatewayPort),
            Primary = parsed.GetValue(_primary) is { } primary ? await EndPointOf(primary, cancellationToken) : null,
            Redis = redis,
            Address = await AddressOf(parsed.GetRequiredValue(_address), redis, cancellationToken),
            ClusterId = parsed.GetRequiredValue(_cluster),
            Storage = _store.Read(parsed),
            Exchange = _exchange.Read(parsed),
            Dashboard = parsed.GetValue(_dashboard),
            Grid = grid => (grid.WarmRestart, grid.BatchesAtOnce, grid.MostQueued) = (isWarm, batchesAtOnce, mostQueued),
        };
    }

    /// <summary>Where metrics and traces go.</summary>
    /// <exception cref="InvalidOptionException">Names the option and what it may be.</exception>
    public TelemetrySettings Telemetry(ParseResult parsed) => _telemetry.Read(parsed);

    /// <summary>Where eviction notices are told; null if nobody is to be asked.</summary>
    /// <exception cref="InvalidOptionException">It is no such address.</exception>
    public Uri? EvictionNotices(ParseResult parsed) => parsed.GetValue(_evictionNotices) switch
    {
        null => null,
        "azure" => ScheduledEvents.AzureEndpoint,
        var text => Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https"
            ? url
            : throw new InvalidOptionException("eviction-notices", $"must be azure or a http(s) URL, was {text}"),
    };

    /// <summary>Whether Azure may be told that the machine can go when this silo has left.</summary>
    public bool IsAlone(ParseResult parsed) => !parsed.GetValue(_sharesMachine);

    private static async Task<IPAddress> AddressOf(string text, RedisAddress? redis, CancellationToken cancellationToken)
    {
        if (text == Auto)
            return redis is null ? IPAddress.Loopback : await redis.LocalAddress(cancellationToken);
        return IPAddress.TryParse(text, out var address)
            ? address
            : throw new InvalidOptionException("address", $"must be an IP address or {Auto}, was {text}");
    }

    private static async Task<IPEndPoint> EndPointOf(string text, CancellationToken cancellationToken)
    {
        var colon = text.LastIndexOf(':');
        if (colon < 1 || !int.TryParse(text.AsSpan(colon + 1), out var port) || port is < 1 or > IPEndPoint.MaxPort)
            throw new InvalidOptionException("primary", $"must be host:port with a port of 1 to {IPEndPoint.MaxPort}, was {text}");
        try
        {
            var addresses = await Dns.GetHostAddressesAsync(
                text[..colon], AddressFamily.InterNetwork, cancellationToken);
            return new IPEndPoint(addresses[0], port);
        }
        catch (SocketException e)
        {
            throw new InvalidOptionException("primary", $"must name a host that can be found, was {text}: {e.Message}");
        }
    }

    private static void CheckBatches(string option, int? value)
    {
        if (value is < 1 or > GridOptions.MostBatches)
            throw new InvalidOptionException(option, $"must be 1 to {GridOptions.MostBatches}, was {value}");
    }

    private static Option<int> Port(string name, string description, int usual) => new("--" + name)
    {
        Description = $"{description}, 1 to {IPEndPoint.MaxPort}.",
        DefaultValueFactory = _ => usual,
    };
}
