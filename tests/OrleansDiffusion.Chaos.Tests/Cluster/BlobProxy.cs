using System.Net;
using OrleansDiffusion.Silo;

namespace OrleansDiffusion.Chaos.Tests.Cluster;

/// <summary>
/// Stands before a blob service. It lets everything pass unless it is told to refuse requests or to tear uploads.
/// </summary>
internal sealed class BlobProxy : IAsyncDisposable
{
    private static readonly string[] NotForwarded =
        ["Connection", "Content-Length", "Expect", "Host", "Keep-Alive", "Transfer-Encoding"];


    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(1);

    private readonly HttpListener _server = new();
    private readonly HttpClient _client;
    private readonly Task _serving;
    private volatile bool _isRefusing;
    private int _refused;
    private int _uploads;
    private int _toTear;
    private TaskCompletionSource _areTorn = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Starts one.</summary>
    /// <param name="service">Where the service is.</param>
    public BlobProxy(Uri service)
    {
        Port = LoopbackPorts.Free(1)[0];
        _client = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false }) { BaseAddress = service };
        _server.Prefixes.Add($"http://127.0.0.1:{Port}/");
        _server.Start();
        _serving = Serve();
    }

    /// <summary>Its port on this machine.</summary>
    public int Port { get; }

    /// <summary>Answers everything with 503 for a while.</summary>
    /// <returns>How many requests it was.</returns>
    public async Task<int> Refuse(TimeSpan duration)
    {
        _refused = 0;
        _isRefusing = true;
        await Task.Delay(duration, TestContext.Current.CancellationToken);
        _isRefusing = false;
        return Volatile.Read(ref _refused);
    }

    /// <summary>Breaks every other upload off in the middle of its content, until as many are as is said.</summary>
    /// <exception cref="TimeoutException">So many did not come.</exception>
    public Task Tear(int uploads)
    {
        _areTorn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Volatile.Write(ref _toTear, uploads);
        return _areTorn.Task.WaitAsync(Deadline, TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        _server.Close();
        await _serving;
        _client.Dispose();
    }

    private async Task Serve()
    {
        var answering = new List<Task>();
        try
        {
            while (true)
            {
                answering.Add(Answer(await _server.GetContextAsync()));
                answering.RemoveAll(task => task.IsCompletedSuccessfully);
            }
        }
        catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
        {
            await Task.WhenAll(answering);
        }
    }

    private async Task Answer(HttpListenerContext context)
    {
        try
        {
            if (_isRefusing)
            {
                Interlocked.Increment(ref _refused);
                context.Response.StatusCode = (int)HttpStatusCode.ServiceUnavailable;
            }
            else if (IsToBeTorn(context.Request))
            {
                await Tear(context);
                return;
            }
            else
            {
                await Forward(context);
            }

            context.Response.Close();
        }
        catch (Exception e) when (e is HttpListenerException or HttpRequestException or IOException or ObjectDisposedException)
        {
            context.Response.Abort(); // one of the two is gone
        }
    }

    private bool IsToBeTorn(HttpListenerRequest request) =>
        Volatile.Read(ref _toTear) > 0 && request is { HttpMethod: "PUT", ContentLength64: > 1 }
        && Interlocked.Increment(ref _uploads) % 2 == 0;

    // Both sides see their connection end: the service with half of a content, the silo without an answer.
    private async Task Tear(HttpListenerContext context)
    {
        var whole = new byte[context.Request.ContentLength64];
        await context.Request.InputStream.ReadExactlyAsync(whole);
        using var request = RequestOf(context.Request, new TornContent(whole));
        await Assert.ThrowsAsync<HttpRequestException>(() => _client.SendAsync(request));
        context.Response.Abort();
        if (Interlocked.Decrement(ref _toTear) == 0)
            _areTorn.TrySetResult();
    }

    private async Task Forward(HttpListenerContext context)
    {
        using var request = RequestOf(context.Request, new StreamContent(context.Request.InputStream));
        using var answer = await _client.SendAsync(request);
        context.Response.StatusCode = (int)answer.StatusCode;
        foreach (var (name, values) in answer.Headers.Concat(answer.Content.Headers))
        {
            if (!NotForwarded.Contains(name))
                context.Response.Headers[name] = string.Join(',', values);
        }

        var content = await answer.Content.ReadAsByteArrayAsync();
        context.Response.ContentLength64 = content.Length;
        await context.Response.OutputStream.WriteAsync(content);
    }

    // As it came, for what it says is signed.
    private HttpRequestMessage RequestOf(HttpListenerRequest original, HttpContent content)
    {
        var request = new HttpRequestMessage(
            new HttpMethod(original.HttpMethod), new Uri(_client.BaseAddress!, original.RawUrl));
        if (original.ContentLength64 >= 0)
        {
            request.Content = content;
            content.Headers.ContentLength = original.ContentLength64;
        }

        foreach (var name in original.Headers.AllKeys.Except(NotForwarded))
        {
            if (!request.Headers.TryAddWithoutValidation(name!, original.Headers[name]))
                request.Content?.Headers.TryAddWithoutValidation(name!, original.Headers[name]);
        }

        return request;
    }
}
