using System.Net;

namespace OrleansDiffusion.Chaos.Tests.Cluster;

/// <summary>Content of which the first half is sent before the sender fails.</summary>
internal sealed class TornContent(byte[] whole) : HttpContent
{
    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
    {
        await stream.WriteAsync(whole.AsMemory(0, whole.Length / 2));
        await stream.FlushAsync();
        throw new IOException("torn");
    }

    protected override bool TryComputeLength(out long length)
    {
        length = whole.Length;
        return true;
    }
}
