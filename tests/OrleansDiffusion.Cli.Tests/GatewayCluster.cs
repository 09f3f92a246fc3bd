using OrleansDiffusion.Silo;

namespace OrleansDiffusion.Cli.Tests;

/// <summary>A Redis, a silo and a gateway as processes.</summary>
public sealed class GatewayCluster : IAsyncLifetime
{
    private readonly int[] _ports = LoopbackPorts.Free(4);
    private readonly Stack<OdiffProcess> _started = [];

    /// <summary>More options of the silo.</summary>
    internal string SiloOptions { get; set; } = "--devices emulated:20ms --dashboard";

    /// <summary>More options of the gateway.</summary>
    internal string GatewayOptions { get; init; } = "--dashboard";

    /// <summary>Environment variables of the processes.</summary>
    internal IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    internal Odiff Odiff { get; } = new();

    internal OdiffProcess Silo { get; private set; } = null!;

    internal OdiffProcess Gateway { get; private set; } = null!;

    /// <summary>Address of the Redis.</summary>
    public string RedisUrl => $"redis://127.0.0.1:{_ports[0]}";

    /// <summary>Address of the gateway.</summary>
    public string GatewayUrl => $"http://127.0.0.1:{_ports[3]}";

    public async ValueTask InitializeAsync()
    {
        try
        {
            await Start($"redis --port {_ports[0]}").Ready();
            Silo = Start($"silo --redis {RedisUrl} --silo-port {_ports[1]} --gateway-port {_ports[2]} {SiloOptions}");
            await Silo.Ready();
            await StartGateway();
        }
        catch
        {
            await DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts the gateway, in place of one that has ended.</summary>
    public async Task StartGateway()
    {
        Gateway = Start($"gateway --redis {RedisUrl} --listen {GatewayUrl} {GatewayOptions}");
        Assert.Equal($"gateway ready {Gateway.Id} 127.0.0.1:{_ports[3]}", await Gateway.Ready());
    }

    public async ValueTask DisposeAsync()
    {
        while (_started.TryPop(out var process))
            await process.DisposeAsync();
        if (Directory.Exists(Odiff.Folder))
            Odiff.Dispose();
    }

    private OdiffProcess Start(string commandLine)
    {
        var process = OdiffProcess.Start(Odiff, commandLine, environment: Environment);
        _started.Push(process);
        return process;
    }
}
