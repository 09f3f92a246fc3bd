using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace OrleansDiffusion.Cli.Tests;

/// <summary>What takes traces and metrics in by OTLP over HTTP, as a collector does.</summary>
internal sealed class OtlpReceiver : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<OtlpSpan> _spans = new();
    private readonly ConcurrentDictionary<string, string> _metrics = new();

    private OtlpReceiver()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        _app = builder.Build();
        _app.Run(Take);
    }

    /// <summary>Where it listens.</summary>
    public string Address => _app.Urls.First();

    /// <summary>All spans so far.</summary>
    public IReadOnlyCollection<OtlpSpan> Spans => _spans;

    /// <summary>The names of all metrics so far, and the service that sent each.</summary>
    public IReadOnlyDictionary<string, string> Metrics => _metrics;

    public static async Task<OtlpReceiver> Start()
    {
        var receiver = new OtlpReceiver();
        await receiver._app.StartAsync(TestContext.Current.CancellationToken);
        return receiver;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task Take(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        var ofResources = ProtoMessage.Read(body.ToArray()).Messages(1);
        if (context.Request.ContentType != "application/x-protobuf" || context.Request.Path.Value is not ("/v1/traces" or "/v1/metrics"))
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            return;
        }

        foreach (var ofResource in ofResources)
        {
            var service = OtlpSpan.Attributes(ofResource.Messages(1).Single(), field: 1)["service.name"];
            foreach (var item in ofResource.Messages(2).SelectMany(scope => scope.Messages(2)))
            {
                if (context.Request.Path == "/v1/traces")
                    _spans.Enqueue(OtlpSpan.Of(item, service));
                else
                    _metrics[item.Text(1)] = service;
            }
        }

        context.Response.ContentType = context.Request.ContentType;
    }
}
