using System.Diagnostics;
using System.Globalization;
using OrleansDiffusion.Cli.Commands;
using OrleansDiffusion.Silo;

namespace OrleansDiffusion.Cli.Benchmarks;

/// <summary>An <c>odiff silo --role compute</c> of this machine as a process of its own; it ends with this object.</summary>
internal sealed class SiloProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly Task<string> _errors;

    private SiloProcess(Process process)
    {
        _process = process;
        _errors = process.StandardError.ReadToEndAsync();
    }

    /// <summary>Starts one, and waits until it has joined.</summary>
    /// <param name="ports">Its silo port and its gateway port.</param>
    /// <param name="primary">The port of the silo that keeps the membership.</param>
    /// <param name="cluster">The cluster's name.</param>
    /// <param name="exchange">What carries the sweeps.</param>
    /// <param name="devices">Its devices.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    /// <exception cref="IOException">It ended before it was ready.</exception>
    public static async Task<SiloProcess> Start(
        (int Silo, int Gateway) ports, int primary, string cluster, ExchangeKind exchange, string devices,
        CancellationToken cancellationToken)
    {
        string[] arguments =
        [
            "silo", "--role", SiloOptions.Roles.NameOf(SiloRole.Compute), "--silo-port", Text(ports.Silo),
            "--gateway-port", Text(ports.Gateway), "--primary", $"127.0.0.1:{Text(primary)}", "--cluster", cluster,
            "--exchange", SiloOptions.Exchanges.NameOf(exchange), "--devices", devices,
        ];
        var silo = new SiloProcess(Process.Start(Self(arguments))!);
        try
        {
            if (await silo._process.StandardOutput.ReadLineAsync(cancellationToken) is null)
                throw new IOException($"a silo ended before it was ready: {(await silo._errors).Trim()}");
            return silo;
        }
        catch
        {
            await silo.DisposeAsync();
            throw;
        }
    }

    /// <summary>Ends the process at once; what it holds is of no use any more.</summary>
    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    // This program again, as it was started itself: by its own name, or by that of dotnet.
    private static ProcessStartInfo Self(string[] arguments)
    {
        var program = Environment.ProcessPath!;
        var isHost = Path.GetFileNameWithoutExtension(program) == "dotnet";
        return new ProcessStartInfo(
            program, isHost ? [Environment.GetCommandLineArgs()[0], .. arguments] : arguments)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
    }

    private static string Text(int port) => port.ToString(CultureInfo.InvariantCulture);
}
