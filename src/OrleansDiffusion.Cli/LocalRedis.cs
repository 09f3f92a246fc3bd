using System.Globalization;
using System.Net;
using Garnet;
using OrleansDiffusion.Silo;

namespace OrleansDiffusion.Cli;

/// <summary>A server within this process that speaks Redis: Garnet, as small as clusters on one machine need it.</summary>
internal static class LocalRedis
{
    /// <summary>Starts one on the loopback address; it ends when it is disposed of.</summary>
    /// <param name="port">Its port, 1 to 65535.</param>
    /// <param name="data">The folder that keeps its contents from run to run; null for memory only.</param>
    /// <exception cref="IOException">The port or the folder cannot be used.</exception>
    public static IDisposable Start(int port, string? data)
    {
        // Orleans' grain storage and reminders are Lua scripts.
        List<string> arguments =
        [
            "--bind", IPAddress.Loopback.ToString(), "--port", port.ToString(CultureInfo.InvariantCulture), "-q", "--lua",
            "--memory", "64m", "--page", "1m", "--index", "1m", "--disable-console-logger",
        ];
        if (data is not null)
        {
            // The usual device on Linux wants libaio, which not every system has.
            var folder = Directory.CreateDirectory(data).FullName;
            arguments.AddRange(
            [
                "--aof", "--aof-commit-wait", "--aof-memory", "8m", "--aof-page-size", "4m", "--device-type", "RandomAccess",
                "--recover", "--checkpointdir", folder,
            ]);
        }

        LoopbackPorts.CheckFree(port);
        var server = new GarnetServer([.. arguments]);
        try
        {
            server.Start();
            return server;
        }
        catch
        {
            server.Dispose();
            throw;
        }
    }
}
