using System.Collections.Concurrent;
using System.Net;
using System.Text;
using OrleansDiffusion.Silo;

namespace OrleansDiffusion.Deployment.Tests.Machines;

/// <summary>What a machine finds around it in Azure: its metadata and identity, the registry, a blob container, and Azure Monitor.</summary>
internal sealed class FakeAzure : IAsyncDisposable
{
    private readonly HttpListener _listener = new();
    private readonly Task _serving;

    public FakeAzure()
    {
        Address = $"http://127.0.0.1:{LoopbackPorts.Free(1)[0]}";
        _listener.Prefixes.Add(Address + "/");
        _listener.Start();
        _serving = Serve();
    }

    public string Address { get; }

    /// <summary>Blobs of the container <c>models</c> by name.</summary>
    public ConcurrentDictionary<string, byte[]> Blobs { get; } = new(StringComparer.Ordinal);

    /// <summary>What the collector of the machine shows.</summary>
    public string Metrics { get; set; } = "";

    /// <summary>Path, authorization and body of what was posted.</summary>
    public ConcurrentQueue<(string Path, string? Authorization, string Body)> Posted { get; } = new();

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _serving;
        _listener.Close();
    }

    private async Task Serve()
    {
        while (_listener.IsListening)
        {
            try
            {
                var context = await _listener.GetContextAsync();
                var answer = await Answer(context.Request);
                if (answer is null)
                    context.Response.StatusCode = 404;
                else
                    await context.Response.OutputStream.WriteAsync(answer);
                context.Response.Close();
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task<byte[]?> Answer(HttpListenerRequest request)
    {
        var path = request.Url!.AbsolutePath;
        if (path.StartsWith("/metadata/", StringComparison.Ordinal) && request.Headers["Metadata"] != "true")
            return null;
        if (request.HttpMethod == "POST")
        {
            using var reader = new StreamReader(request.InputStream);
            Posted.Enqueue((path, request.Headers["Authorization"], await reader.ReadToEndAsync()));
        }

        return path switch
        {
            "/metadata/identity/oauth2/token" => Text(
                $$"""{"access_token":"token-of-{{request.QueryString["client_id"]}}-for-{{request.QueryString["resource"]}}","expires_in":"86399"}"""),
            "/metadata/instance/compute/resourceId" => Text(
                "/subscriptions/s/resourceGroups/grid/providers/Microsoft.Compute/virtualMachineScaleSets/odiff-compute/virtualMachines/7"),
            "/metadata/instance/compute/location" => Text("westeurope"),
            "/oauth2/exchange" => Text("""{"refresh_token":"refresh-token"}"""),
            "/metrics" => Text(Metrics),
            "/models" when IsSignedIn(request) => Text(
                $"<EnumerationResults><Blobs>{string.Concat(Listed().Select(name => $"<Blob><Name>{name}</Name></Blob>"))}</Blobs></EnumerationResults>"),
            _ when request.HttpMethod == "POST" => [],
            _ when IsSignedIn(request) && path.StartsWith("/models/", StringComparison.Ordinal)
                && Blobs.TryGetValue(path["/models/".Length..], out var blob) => blob,
            _ => null,
        };
    }

    // As with a delimiter: what lies in folders is left out.
    private IEnumerable<string> Listed() => Blobs.Keys.Where(name => !name.Contains('/', StringComparison.Ordinal));

    private static bool IsSignedIn(HttpListenerRequest request) =>
        request.Headers["Authorization"] == "Bearer token-of-me-for-https://storage.azure.com/" && request.Headers["x-ms-version"] is not null;

    private static byte[] Text(string text) => Encoding.UTF8.GetBytes(text);
}
