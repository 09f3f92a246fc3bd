using System.Net;

namespace OrleansDiffusion.Storage.Tests.Blobs;

/// <summary>The way to the blob service, which is cut as the test says.</summary>
internal sealed class FaultyHandler() : DelegatingHandler(new HttpClientHandler())
{
    private int _requests;

    /// <summary>How many requests have come.</summary>
    public int Requests => _requests;

    /// <summary>What is answered instead of asking the service; told which request it is, from 1.</summary>
    public Func<int, HttpStatusCode?> Answer { get; set; } = _ => null;

    /// <summary>Whether the service's answer is lost.</summary>
    public Func<int, bool> Loses { get; set; } = _ => false;

    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var number = Interlocked.Increment(ref _requests);
        if (Answer(number) is { } status)
            return new HttpResponseMessage(status) { RequestMessage = request, Content = new ByteArrayContent([]) };
        var response = await base.SendAsync(request, cancellationToken);
        if (!Loses(number))
            return response;
        response.Dispose();
        throw new HttpRequestException("the connection was reset");
    }
}
