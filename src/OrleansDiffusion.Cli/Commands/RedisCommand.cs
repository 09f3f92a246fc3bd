using System.CommandLine;
using System.Net;
using OrleansDiffusion.Sampling;

namespace OrleansDiffusion.Cli.Commands;

/// <summary><c>odiff redis</c>: a Redis that needs no installation, until the process is told to end.</summary>
internal static class RedisCommand
{
    public static Command Create()
    {
        var port = new Option<int>("--port")
        {
            Description = $"Port on the loopback address, 1 to {IPEndPoint.MaxPort}.",
            DefaultValueFactory = _ => 6379,
        };
        var data = new Option<string?>("--data")
        {
            Description = "Folder that keeps its contents from run to run [default: memory only].",
        };
        var command = new Command("redis", "A Redis for clusters on this machine, until SIGTERM or SIGINT.") { port, data };
        command.SetAction((parsed, cancellationToken) => Run(parsed.GetValue(port), parsed.GetValue(data), cancellationToken));
        return command;
    }

    private static async Task<int> Run(int port, string? data, CancellationToken cancellationToken)
    {
        if (port is < 1 or > IPEndPoint.MaxPort)
            throw new InvalidOptionException("port", $"must be 1 to {IPEndPoint.MaxPort}, was {port}");
        using (LocalRedis.Start(port, data))
        {
            Console.WriteLine($"redis ready {Environment.ProcessId} {IPAddress.Loopback}:{port}");
            await Task.Delay(Timeout.Infinite, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return 0;
    }
}
