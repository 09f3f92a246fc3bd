using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using OrleansDiffusion.Client;
using OrleansDiffusion.Contracts.Jobs;
using OrleansDiffusion.Output;

namespace OrleansDiffusion.Gateway.Endpoints;

/// <summary>A job's samples as one array of NumPy's, sent while they are made.</summary>
internal static class SampleStream
{
    /// <summary>The content type; NumPy has none of its own.</summary>
    public const string ContentType = "application/octet-stream";

    /// <summary>Writes them. A job that ends without all of them breaks the connection off, short of the length that was told.</summary>
    public static async Task Write(
        string id, ISamplingClient client, IHostApplicationLifetime host, HttpContext context, int first = 0, int? count = null)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(host.ApplicationStopping, context.RequestAborted);
        var status = await client.GetAsync(id, ending.Token);
        var left = status.Request!.Count - Checked("first", first, status.Request.Count);
        var samples = Checked("count", count ?? left, left);

        // The first is awaited before the answer begins: until then it can be told what is wrong.
        await using var reader = client.SamplesAsync(id, first, ending.Token).Take(samples).GetAsyncEnumerator(ending.Token);
        var isThere = await reader.MoveNextAsync();
        var header = NpyFile.Header([samples, .. status.Outline!.Shape]);
        context.Response.ContentType = ContentType;
        context.Response.ContentLength = header.Length + ((long)samples * status.Outline.Elements * sizeof(float));
        await context.Response.Body.WriteAsync(header, ending.Token);
        try
        {
            for (; isThere; isThere = await reader.MoveNextAsync())
                await context.Response.Body.WriteAsync(MemoryMarshal.AsBytes(reader.Current.Values.Span).ToArray(), ending.Token);
        }
        catch (SamplingClientException)
        {
            context.Abort();
        }
    }

    private static int Checked(string option, int value, int most) => value >= 0 && value <= most
        ? value
        : throw new RequestRefusedException(new Refusal(option, $"must be 0 to {most}, was {value}"));
}
