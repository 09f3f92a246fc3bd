using OrleansDiffusion.Silo;

namespace OrleansDiffusion.Cli.Tests.Page;

/// <summary>A Redis, a control silo, two compute silos with emulated devices, and a gateway, as processes.</summary>
public sealed class PageCluster : IAsyncLifetime
{
    private const string Devices = "emulated:100ms";

    private readonly int[] _ports = LoopbackPorts.Free(8);
    private readonly Odiff _odiff = new();
    private readonly Stack<OdiffProcess> _started = [];

    /// <summary>The compute silos.</summary>
    internal IReadOnlyList<OdiffProcess> Compute { get; private set; } = [];

    internal OdiffProcess Gateway { get; private set; } = null!;

    public string GatewayUrl => $"http://127.0.0.1:{_ports[7]}";

    private string RedisUrl => $"redis://127.0.0.1:{_ports[0]}";

    public async ValueTask InitializeAsync()
    {
        try
        {
            await Start($"redis --port {_ports[0]}").Ready();
            var control = Silo("control", 1);
            await control.Ready();
            Compute = [Silo("compute", 3, $"--devices {Devices}"), Silo("compute", 5, $"--devices {Devices}")];
            await Task.WhenAll(Compute.Select(silo => silo.Ready()));
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
        Gateway = Start($"gateway --redis {RedisUrl} --listen {GatewayUrl}");
        await Gateway.Ready();
    }

    public async ValueTask DisposeAsync()
    {
        while (_started.TryPop(out var process))
            await process.DisposeAsync();
        if (Directory.Exists(_odiff.Folder))
            _odiff.Dispose();
    }

    private OdiffProcess Silo(string role, int port, string options = "") => Start(
        $"silo --role {role} --redis {RedisUrl} --silo-port {_ports[port]} --gateway-port {_ports[port + 1]} {options}");

    private OdiffProcess Start(string commandLine)
    {
        var process = OdiffProcess.Start(_odiff, commandLine);
        _started.Push(process);
        return process;
    }
}
