using Azure.Core;
using Azure.Core.Pipeline;

namespace OrleansDiffusion.Storage.Tests.Blobs;

/// <summary>Asks for lists of blobs in small pages.</summary>
internal sealed class SmallPages : HttpPipelineSynchronousPolicy
{
    public int Pages { get; private set; }

    public override void OnSendingRequest(HttpMessage message)
    {
        if (!message.Request.Uri.Query.Contains("comp=list", StringComparison.Ordinal))
            return;
        message.Request.Uri.AppendQuery("maxresults", "3");
        Pages++;
    }
}
