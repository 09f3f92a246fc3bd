using System.CommandLine;
using System.Globalization;
using System.Net;
using OrleansDiffusion.Cli.Telemetry;
using OrleansDiffusion.Sampling;

namespace OrleansDiffusion.Cli.Commands;

/// <summary><c>--otlp</c> and <c>--metrics</c>: where metrics and traces of the process go.</summary>
internal sealed class TelemetryOptions
{
    private readonly Option<string?> _otlp = new("--otlp")
    {
        Description = "http(s)://host:port of an OpenTelemetry collector that metrics and traces are sent to by OTLP [default: "
            + $"the environment variable {ProcessTelemetry.OtlpEndpoint}, or nowhere]. The other variables of OTEL_ count, too.",
    };

    private readonly Option<string?> _metrics = new("--metrics")
    {
        Description = "A port of loopback, or address:port, where Prometheus finds the metrics at /metrics; anybody who reaches "
            + "it may read them [default: nowhere].",
    };

    /// <summary>Both options.</summary>
    public IReadOnlyList<Option> All => [_otlp, _metrics];

    /// <summary>Where metrics and traces are to go.</summary>
    /// <exception cref="InvalidOptionException">Names the option and what it may be.</exception>
    public TelemetrySettings Read(ParseResult parsed) => new(Otlp(parsed), Metrics(parsed));

    private Uri? Otlp(ParseResult parsed)
    {
        var text = parsed.GetValue(_otlp);
        if (text is not null)
            return CollectorAt(text) ?? throw new InvalidOptionException("otlp", $"must be http(s)://host:port, was {text}");
        text = Environment.GetEnvironmentVariable(ProcessTelemetry.OtlpEndpoint);
        return string.IsNullOrEmpty(text)
            ? null
            : CollectorAt(text) ?? throw new InvalidOptionException(
                "otlp", $"is given by {ProcessTelemetry.OtlpEndpoint}, which must be http(s)://host:port, was {text}");
    }

    private IPEndPoint? Metrics(ParseResult parsed)
    {
        if (parsed.GetValue(_metrics) is not { } text)
            return null;
        var address = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            ? port <= IPEndPoint.MaxPort ? new IPEndPoint(IPAddress.Loopback, port) : null
            : IPEndPoint.TryParse(text.Replace("localhost:", $"{IPAddress.Loopback}:", StringComparison.Ordinal), out var parts) ? parts : null;
        return address is { Port: > 0 }
            ? address
            : throw new InvalidOptionException(
                "metrics", $"must be a port, 1 to {IPEndPoint.MaxPort}, or an IP address of this machine with one, was {text}");
    }

    private static Uri? CollectorAt(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url) && url is { Scheme: "http" or "https", UserInfo: "", Query: "", Fragment: "" }
            ? url
            : null;
}
