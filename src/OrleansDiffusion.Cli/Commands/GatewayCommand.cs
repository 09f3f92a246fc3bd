using System.CommandLine;
using System.Net;
using Microsoft.Extensions.Hosting;
using Orleans.Dashboard;
using OrleansDiffusion.Cli.Runs;
using OrleansDiffusion.Cli.Telemetry;
using OrleansDiffusion.Gateway;
using OrleansDiffusion.Sampling;
using OrleansDiffusion.Silo;

namespace OrleansDiffusion.Cli.Commands;

/// <summary><c>odiff gateway</c>: the HTTP API of a cluster, until the process is told to end.</summary>
internal static class GatewayCommand
{
    /// <summary>The environment variable of the keys that callers may have: no words for a command line.</summary>
    public const string ApiKeys = "ODIFF_API_KEYS";

    // It may be started before the silos are.
    private static readonly TimeSpan LongestSearch = TimeSpan.FromMinutes(1);

    private static readonly GatewaySettings Usual = new() { Listen = new IPEndPoint(IPAddress.Loopback, 8080) };

    public static Command Create()
    {
        var redis = new Option<string>("--redis")
        {
            Description = "redis://host:port of the Redis that keeps the cluster's membership; rediss for TLS.",
            Required = true,
        };
        var cluster = new ClusterOption();
        var listen = new Option<string>("--listen")
        {
            Description = "http://address:port to listen at; 0.0.0.0 for all addresses of the machine. Any but loopback needs "
                + "keys or an authority.",
            DefaultValueFactory = _ => $"http://{Usual.Listen}",
        };
        var count = Limit("--most-count", "Most samples of a job.", Usual.MostCount);
        var steps = Limit("--most-steps", "Most steps of a sample.", Usual.MostSteps);
        var rate = Limit("--rate", "Most requests a second of each caller.", Usual.Rate);
        var authority = new Option<string?>("--authority")
        {
            Description = "https URL of an OpenID Connect issuer whose access tokens are taken beside keys; of Microsoft Entra "
                + "https://login.microsoftonline.com/TENANT/v2.0 [default: none].",
        };
        var audience = new Option<string?>("--audience") { Description = "Whom those tokens must be for: this API, as the issuer names it." };
        var telemetry = new TelemetryOptions();
        var dashboard = new Option<bool>("--dashboard")
        {
            Description = "Show Orleans' own dashboard at /dashboard, of silos that were started with --dashboard. A browser asks for "
                + "a key as a password.",
        };
        var command = new Command(
            "gateway",
            "Serve the HTTP API of a cluster, until SIGTERM or SIGINT. The environment variable "
            + $"{ApiKeys} lists the keys that callers may have, separated by commas.")
        {
            redis, cluster, listen, authority, audience, count, steps, rate, dashboard,
        };
        foreach (var option in telemetry.All)
            command.Options.Add(option);
        command.SetAction((parsed, cancellationToken) =>
        {
            var settings = new GatewaySettings
            {
                Listen = EndPointOf(parsed.GetRequiredValue(listen)),
                ApiKeys = (Environment.GetEnvironmentVariable(ApiKeys) ?? "")
                    .Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries),
                Authority = parsed.GetValue(authority) is { } issuer ? UrlOf(issuer) : null,
                Audience = parsed.GetValue(audience),
                MostCount = parsed.GetValue(count),
                MostSteps = parsed.GetValue(steps),
                Rate = parsed.GetValue(rate),
                Dashboard = parsed.GetValue(dashboard),
            };
            if (settings.Mistake() is var (option, requirement))
            {
                throw option == "api-keys"
                    ? new InvalidOptionException("listen", $"needs keys of use: those of {ApiKeys} {requirement}")
                    : new InvalidOptionException(option, requirement);
            }

            return Run(
                settings, RedisAddress.Parse("redis", parsed.GetRequiredValue(redis)), parsed.GetRequiredValue(cluster),
                telemetry.Read(parsed), parsed, cancellationToken);
        });
        return command;
    }

    private static async Task<int> Run(
        GatewaySettings settings, RedisAddress redis, string cluster, TelemetrySettings telemetry, ParseResult parsed,
        CancellationToken cancellationToken)
    {
        await using var exporting = await ProcessTelemetry.Start(
            telemetry, new TelemetrySource("odiff-gateway", cluster, $"{settings.Listen}", IsHttp: true), cancellationToken);
        await using var gateway = await ClusterClient.Search(
            redis, cluster, LongestSearch,
            token => RunningGateway.Start(
                settings, host => AddCluster(host, settings, redis, cluster), TerminalLog.OfServer(parsed),
                token).WaitAsync(token),
            cancellationToken);
        Console.WriteLine($"gateway ready {Environment.ProcessId} {gateway.Address.Authority}");
        await Task.Delay(Timeout.Infinite, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return 0;
    }

    private static void AddCluster(IHostApplicationBuilder host, GatewaySettings settings, RedisAddress redis, string cluster) =>
        host.UseOrleansClient(client =>
        {
            client.UseCluster(redis, cluster);
            if (settings.Dashboard)
                client.AddDashboard();
        });

    private static IPEndPoint EndPointOf(string url)
    {
        if (Uri.TryCreate(url, UriKind.Absolute, out var parsed)
            && parsed is { Scheme: "http", PathAndQuery: "/", UserInfo: "", Fragment: "" })
        {
            var host = parsed.DnsSafeHost == "localhost" ? $"{IPAddress.Loopback}" : parsed.DnsSafeHost;
            if (IPAddress.TryParse(host, out var address))
                return new IPEndPoint(address, parsed.Port);
        }

        throw new InvalidOptionException(
            "listen", $"must be http://address:port with an IP address of this machine (TLS is a proxy's), was {url}");
    }

    private static Uri UrlOf(string authority) => Uri.TryCreate(authority, UriKind.Absolute, out var url)
        ? url
        : throw new InvalidOptionException("authority", $"must be an https URL, was {authority}");

    private static Option<int> Limit(string name, string description, int usual) =>
        new(name) { Description = description, DefaultValueFactory = _ => usual };
}
