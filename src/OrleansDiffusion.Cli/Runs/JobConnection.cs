using OrleansDiffusion.Client;
using OrleansDiffusion.Client.Manifests;

namespace OrleansDiffusion.Cli.Runs;

/// <summary>A client of jobs, and what is to be closed after it.</summary>
/// <param name="client">The client.</param>
/// <param name="below">What carries its calls.</param>
internal sealed class JobConnection(ISamplingClient client, IAsyncDisposable below) : IAsyncDisposable
{
    /// <summary>The client.</summary>
    public ISamplingClient Client => client;

    /// <summary>The client, of manifests.</summary>
    public IManifestClient Manifests => (IManifestClient)client;

    public ValueTask DisposeAsync() => below.DisposeAsync();
}
