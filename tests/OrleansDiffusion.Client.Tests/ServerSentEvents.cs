using System.Net.ServerSentEvents;
using System.Text.Json;

namespace OrleansDiffusion.Client.Tests;

/// <summary>Server-sent events of a gateway, as any client reads them.</summary>
internal sealed class ServerSentEvents : IAsyncDisposable
{
    private readonly HttpResponseMessage _response;
    private readonly IAsyncEnumerator<SseItem<JsonElement>> _items;

    private ServerSentEvents(HttpResponseMessage response, Stream stream)
    {
        _response = response;
        _items = SseParser
            .Create(stream, (_, data) => data.Length == 0 ? default : JsonSerializer.Deserialize<JsonElement>(data))
            .EnumerateAsync(TestContext.Current.CancellationToken).GetAsyncEnumerator();
    }

    public static async Task<ServerSentEvents> Open(HttpClient http, string path, string? lastId = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (lastId is not null)
            request.Headers.Add("Last-Event-ID", lastId);
        var response = await http.SendAsync(
            request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        Assert.Equal("text/event-stream", response.EnsureSuccessStatusCode().Content.Headers.ContentType?.MediaType);
        return new ServerSentEvents(
            response, await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken));
    }

    /// <summary>The next event that is no ping; fails at the end.</summary>
    public async Task<SseItem<JsonElement>> Next()
    {
        do
        {
            Assert.True(await _items.MoveNextAsync(), "the stream has ended");
        }
        while (_items.Current.EventType == "ping");
        return _items.Current;
    }

    public async ValueTask DisposeAsync()
    {
        await _items.DisposeAsync();
        _response.Dispose();
    }
}
