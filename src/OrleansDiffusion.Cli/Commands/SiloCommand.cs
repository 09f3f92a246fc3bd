using System.CommandLine;
using OrleansDiffusion.Silo;

namespace OrleansDiffusion.Cli.Commands;

/// <summary><c>odiff silo</c>: a silo of a cluster, until the process is told to end.</summary>
internal static class SiloCommand
{
    public static Command Create()
    {
        var options = new SiloOptions();
        var command = new Command("silo", "Run a silo of a cluster on this machine, until SIGTERM or SIGINT.");
        options.AddTo(command);
        command.SetAction((parsed, cancellationToken) => Run(options, parsed, cancellationToken));
        return command;
    }

    private static async Task<int> Run(SiloOptions options, ParseResult parsed, CancellationToken cancellationToken)
    {
        var settings = await options.Settings(parsed, cancellationToken);
        settings.Validate();
        if (settings.Role != SiloRole.Control)
        {
            TorchRuntime.Load();
            settings.Devices.Validate();
        }

        try
        {
            await using var silo = await RunningSilo.Start(settings, TerminalLog.For(parsed), cancellationToken);
            Console.WriteLine(
                $"silo ready {SiloOptions.Roles.NameOf(silo.Role)} {Environment.ProcessId} {silo.Address} {silo.GatewayAddress}");
            await Task.Delay(Timeout.Infinite, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Told to end, and ended in order.
        }

        return 0;
    }
}
