using System.CommandLine;
using OrleansDiffusion.Client;
using OrleansDiffusion.Client.Manifests;
using OrleansDiffusion.Contracts.Jobs;
using OrleansDiffusion.Sampling;

namespace OrleansDiffusion.Cli.Commands;

/// <summary><c>--manifest</c>: many requests, a line of a file each.</summary>
internal sealed class ManifestOption : Option<string?>
{
    public ManifestOption()
        : base("--manifest") => Description =
            "A file of requests, a JSON object a line: id, seed, label, guidance, count and any other field of a request; the other "
            + "options are what lines do not say. The same again runs those lines alone that are not done.";

    /// <summary>Hands a manifest over.</summary>
    /// <param name="client">The cluster.</param>
    /// <param name="path">The file.</param>
    /// <param name="defaults">What lines do not say.</param>
    /// <param name="id">The manifest's id; null for one that follows from what it says.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The id.</returns>
    /// <exception cref="InvalidOptionException">The file cannot be read, or another one was submitted under the id.</exception>
    public static async Task<string> Submit(
        IManifestClient client, string path, SamplingRequest defaults, string? id, CancellationToken cancellationToken)
    {
        var terms = ManifestId.TermsOf(defaults);
        try
        {
            if (id is null)
            {
                await using var lines = File.OpenRead(path);
                id = await ManifestId.Of(terms, lines, cancellationToken);
            }

            await client.SubmitManifestAsync(id, terms, () => File.OpenRead(path), cancellationToken);
            return id;
        }
        catch (RequestRefusedException e) when (e.Option == "manifest")
        {
            throw new InvalidOptionException("id", e.Reason);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException or UnauthorizedAccessException)
        {
            throw new InvalidOptionException("manifest", $"cannot be read: {e.Message.ReplaceLineEndings(" ")}");
        }
    }
}
