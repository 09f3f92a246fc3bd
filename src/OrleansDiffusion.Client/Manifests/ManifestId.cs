using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using OrleansDiffusion.Client.Http;
using OrleansDiffusion.Contracts.Jobs;
using OrleansDiffusion.Contracts.Manifests;

namespace OrleansDiffusion.Client.Manifests;

/// <summary>Ids of manifests that follow from what they say, so that the same one again is the same.</summary>
public static class ManifestId
{
    private const int Digits = 16;

    /// <summary>What holds for all lines, where they do not say otherwise.</summary>
    /// <param name="defaults">What lines ask for that say nothing.</param>
    public static ManifestTerms TermsOf(SamplingRequest defaults) =>
        new(JsonSerializer.Serialize(defaults, SamplingJson.Options), Limits: null);

    /// <summary>The id of a manifest.</summary>
    /// <param name="terms">What holds for all lines.</param>
    /// <param name="lines">The lines, read to their end.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public static async Task<string> Of(ManifestTerms terms, Stream lines, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(terms);
        ArgumentNullException.ThrowIfNull(lines);
        var ofLines = await SHA256.HashDataAsync(lines, cancellationToken);
        var hash = SHA256.HashData([.. Encoding.UTF8.GetBytes(terms.Defaults), .. ofLines]);
        return $"m-{Convert.ToHexStringLower(hash)[..Digits]}";
    }
}
