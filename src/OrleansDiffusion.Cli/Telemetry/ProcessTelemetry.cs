using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace OrleansDiffusion.Cli.Telemetry;

/// <summary>What sends and shows the metrics and traces of this process, until it is disposed of; then the last are sent.</summary>
internal sealed class ProcessTelemetry : IAsyncDisposable
{
    /// <summary>The standard variable of the collector that <c>--otlp</c> names, too.</summary>
    public const string OtlpEndpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";

    // As the specification has it; the SDK's own default is grpc.
    private static readonly KeyValuePair<string, string?> UsualProtocol = new("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf");

    private readonly MeterProvider _metrics;
    private readonly TracerProvider? _traces;
    private MetricsEndpoint? _endpoint;

    private ProcessTelemetry(MeterProvider metrics, TracerProvider? traces) => (_metrics, _traces) = (metrics, traces);

    /// <summary>Starts it, before what is watched.</summary>
    /// <param name="settings">Where it goes.</param>
    /// <param name="source">What is watched.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    /// <returns>Null if it goes nowhere.</returns>
    /// <exception cref="IOException">The port is taken, or the address is not this machine's.</exception>
    public static async Task<ProcessTelemetry?> Start(
        TelemetrySettings settings, TelemetrySource source, CancellationToken cancellationToken)
    {
        if (settings is { Otlp: null, Metrics: null })
            return null;
        var telemetry = new ProcessTelemetry(Metrics(settings, source), Traces(settings, source));
        try
        {
            if (settings.Metrics is { } address)
                telemetry._endpoint = await MetricsEndpoint.Start(address, telemetry._metrics, cancellationToken);
            return telemetry;
        }
        catch
        {
            await telemetry.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_endpoint is not null)
            await _endpoint.DisposeAsync();
        _traces?.Dispose();
        _metrics.Dispose();
    }

    private static MeterProvider Metrics(TelemetrySettings settings, TelemetrySource source)
    {
        var builder = Sdk.CreateMeterProviderBuilder()
            .ConfigureServices(services => services.AddSingleton(Configuration(settings)))
            .ConfigureResource(source.Describe);
        source.AddMetrics(builder);
        if (settings.Otlp is not null)
            builder.AddOtlpExporter();
        if (settings.Metrics is not null)
            builder.AddPrometheusExporter();
        return builder.Build();
    }

    private static TracerProvider? Traces(TelemetrySettings settings, TelemetrySource source)
    {
        if (settings.Otlp is null)
            return null;
        var builder = Sdk.CreateTracerProviderBuilder()
            .ConfigureServices(services => services.AddSingleton(Configuration(settings)))
            .ConfigureResource(source.Describe);
        source.AddTraces(builder);
        return builder.AddOtlpExporter().Build();
    }

    // The SDK reads its standard variables from here, intervals and headers say, and makes the paths of the signals itself.
    private static IConfiguration Configuration(TelemetrySettings settings)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection([UsualProtocol])
            .AddEnvironmentVariables();
        if (settings.Otlp is { } otlp)
            configuration.AddInMemoryCollection([new(OtlpEndpoint, otlp.AbsoluteUri)]);
        return configuration.Build();
    }
}
