using System.Net;

namespace OrleansDiffusion.Cli.Telemetry;

/// <summary>Where metrics and traces of this process go.</summary>
/// <param name="Otlp">The collector that they are sent to, by OTLP; null for none.</param>
/// <param name="Metrics">Where Prometheus finds the metrics; null for nowhere.</param>
internal sealed record TelemetrySettings(Uri? Otlp, IPEndPoint? Metrics);
