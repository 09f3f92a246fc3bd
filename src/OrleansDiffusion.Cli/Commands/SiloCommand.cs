using System.CommandLine;
using Microsoft.Extensions.Logging;
using OrleansDiffusion.Cli.Telemetry;
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
        var telemetry = options.Telemetry(parsed);
        if (settings.Role != SiloRole.Control)
        {
            TorchRuntime.Load();
            settings.Devices.Validate();
        }

        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }); // the endpoint is on the machine's own link
        using var logs = LoggerFactory.Create(TerminalLog.OfServer(parsed));
        var events = options.EvictionNotices(parsed) is { } endpoint
            ? new ScheduledEvents(http, endpoint, TimeProvider.System, logs.CreateLogger<ScheduledEvents>())
            : null;
        try
        {
            await using var exporting = await ProcessTelemetry.Start(
                telemetry,
                new TelemetrySource("odiff-silo", settings.ClusterId, $"{settings.Address}:{settings.SiloPort}", IsHttp: false),
                cancellationToken);
            var notice = await RunUntilTold(settings, events, TerminalLog.OfServer(parsed), cancellationToken);
            if (notice is not null && options.IsAlone(parsed))
                await events!.Approve(notice, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Told to end, and ended in order.
        }

        return 0;
    }

    // Until the machine is taken away, or for ever.
    private static async Task<EvictionNotice?> RunUntilTold(
        SiloSettings settings, ScheduledEvents? events, Action<ILoggingBuilder> log, CancellationToken cancellationToken)
    {
        await using var silo = await RunningSilo.Start(settings, log, cancellationToken);
        Console.WriteLine(
            $"silo ready {SiloOptions.Roles.NameOf(silo.Role)} {Environment.ProcessId} {silo.Address} {silo.GatewayAddress}");
        if (events is null)
        {
            await Task.Delay(Timeout.Infinite, cancellationToken);
            return null;
        }

        var notice = await events.WhenLeaving(cancellationToken);
        Console.WriteLine($"silo leaves {notice.EventType} {notice.EventId}");
        return notice;
    }
}
