using System.CommandLine;
using Microsoft.Extensions.Options;
using OrleansDiffusion.Cli.Runs;
using OrleansDiffusion.Client;
using OrleansDiffusion.Client.Cluster;
using OrleansDiffusion.Client.Http;
using OrleansDiffusion.Sampling;
using OrleansDiffusion.Silo;

namespace OrleansDiffusion.Cli.Commands;

/// <summary><c>--connect</c> and <c>--cluster</c>: the cluster that a job is or will be on.</summary>
internal sealed class ConnectOptions
{
    /// <summary>The environment variable of the key that a gateway asks for: no word for a command line.</summary>
    public const string ApiKey = "ODIFF_API_KEY";

    private const int SearchAttempts = 6; // some five seconds

    private readonly ClusterOption _cluster = new();

    /// <param name="isRequired">Whether there is nothing to be done without.</param>
    public ConnectOptions(bool isRequired) => Connect = new Option<string?>("--connect")
    {
        Description = "The cluster whose Redis is at redis://host:port (rediss for TLS), or the one of a gateway at "
            + $"http(s)://host:port, which may ask for a key: {ApiKey}.",
        Required = isRequired,
    };

    /// <summary>Where it is.</summary>
    public Option<string?> Connect { get; }

    /// <summary>Both options.</summary>
    public IReadOnlyList<Option> All => [Connect, _cluster];

    /// <summary>Throws if an option is there that is of no use, or cannot be read.</summary>
    /// <exception cref="InvalidOptionException">Names the option.</exception>
    public void Check(ParseResult parsed)
    {
        var url = parsed.GetValue(Connect);
        if (parsed.GetResult(_cluster) is { Implicit: false } && (url is null || IsGateway(url)))
            throw new InvalidOptionException("cluster", "is taken with --connect redis://... only");
        if (url is not null && IsGateway(url))
            OptionsOf(url);
        else if (url is not null)
            RedisOf(url);
    }

    /// <summary>Connects.</summary>
    /// <exception cref="InvalidOptionException">There can be no cluster there.</exception>
    /// <exception cref="IOException">There is none.</exception>
    public async Task<JobConnection> Open(ParseResult parsed, CancellationToken cancellationToken)
    {
        Check(parsed);
        var url = parsed.GetValue(Connect)!;
        if (IsGateway(url))
        {
            var options = OptionsOf(url);
            var http = ClientHosting.Open(options);
            var connection = new JobConnection(new HttpSamplingClient(http, SamplingCalls.Again(options)), new Closing(http));
            await Search(http, options, cancellationToken);
            return connection;
        }

        var cluster = await ClusterConnection.Open(
            RedisOf(url), parsed.GetRequiredValue(_cluster), TerminalLog.For(parsed), cancellationToken);
        return new JobConnection(new ClusterSamplingClient(cluster.Grains, GridCalls.Again), cluster);
    }

    // Who is not there is told soon; one that is lost later is waited for longer. Any job will do to be asked for.
    private static async Task Search(HttpClient http, SamplingClientOptions options, CancellationToken cancellationToken)
    {
        options.MostAttempts = SearchAttempts;
        try
        {
            await new HttpSamplingClient(http, SamplingCalls.Again(options)).GetAsync(JobIds.New(), cancellationToken);
        }
        catch (JobNotFoundException)
        {
            // It is there.
        }
    }

    private static bool IsGateway(string url) => url.StartsWith("http", StringComparison.OrdinalIgnoreCase);

    private static RedisAddress RedisOf(string url)
    {
        try
        {
            return RedisAddress.Parse("connect", url);
        }
        catch (InvalidOptionException e)
        {
            throw new InvalidOptionException(
                "connect", e.Requirement.Replace("with rediss", "with rediss, or http(s)://host:port", StringComparison.Ordinal));
        }
    }

    private static SamplingClientOptions OptionsOf(string url)
    {
        var options = new SamplingClientOptions
        {
            Gateway = Uri.TryCreate(url, UriKind.Absolute, out var gateway) && gateway is { UserInfo: "", Query: "", Fragment: "" }
                ? gateway
                : throw new InvalidOptionException("connect", $"must be http(s)://host:port for a gateway, was {url}"),
            ApiKey = Environment.GetEnvironmentVariable(ApiKey) is { Length: > 0 } key ? key : null,
        };
        try
        {
            SamplingCalls.Again(options);
            return options;
        }
        catch (OptionsValidationException e)
        {
            throw new InvalidOptionException("connect", $"cannot be used: {e.Failures.First()}");
        }
    }

    private sealed class Closing(IDisposable resource) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            resource.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
