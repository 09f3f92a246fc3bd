using System.Net;

namespace OrleansDiffusion.Gateway;

/// <summary>How a gateway is run.</summary>
public sealed record GatewaySettings
{
    /// <summary>The fewest characters of an API key.</summary>
    public const int ShortestApiKey = 16;

    /// <summary>
    /// The address and port it listens at; <see cref="IPAddress.Any"/> for all of the machine's, port 0 for a free one. Any
    /// but loopback needs <see cref="ApiKeys"/> or an <see cref="Authority"/>.
    /// </summary>
    public required IPEndPoint Listen { get; init; }

    /// <summary>
    /// The keys, one of which every caller must have, of <see cref="ShortestApiKey"/> visible ASCII characters or more.
    /// Default none: then anybody on this machine may call, if there is no <see cref="Authority"/> either.
    /// </summary>
    public IReadOnlyList<string> ApiKeys { get; init; } = [];

    /// <summary>
    /// The OpenID Connect issuer whose access tokens are taken beside keys: https, or http on loopback. For Microsoft Entra
    /// <c>https://login.microsoftonline.com/TENANT/v2.0</c>. Needs <see cref="Audience"/>. Default none.
    /// </summary>
    public Uri? Authority { get; init; }

    /// <summary>Whom tokens must be for: this API, as the <see cref="Authority"/> names it.</summary>
    public string? Audience { get; init; }

    /// <summary>Whether anybody may call.</summary>
    public bool IsOpen => ApiKeys.Count == 0 && Authority is null;

    /// <summary>Most samples of a job, positive. Default 10,000.</summary>
    public int MostCount { get; init; } = 10_000;

    /// <summary>Most steps of a sample, positive. Default 10,000.</summary>
    public int MostSteps { get; init; } = 10_000;

    /// <summary>Most requests a second of each caller, as a mean over a few seconds; positive. Default 50.</summary>
    public int Rate { get; init; } = 50;

    /// <summary>Most bytes of a request's body, positive. Default 64 KiB.</summary>
    public int MostBytes { get; init; } = 64 << 10;

    /// <summary>Most bytes of a manifest, positive; it is passed on as it comes. Default 1 GiB.</summary>
    public long MostManifestBytes { get; init; } = 1 << 30;

    /// <summary>
    /// Whether it shows Orleans' own dashboard at <c>/dashboard</c>: the silos must count for it, and the Orleans client have it
    /// added. Default false.
    /// </summary>
    public bool Dashboard { get; init; }

    /// <summary>What is wrong with a setting, the first one; null if all can be used.</summary>
    /// <returns>The option as on the command line, without dashes, and what it may be.</returns>
    public (string Option, string Requirement)? Mistake()
    {
        if (ApiKeys.Any(key => key.Length < ShortestApiKey || !key.All(character => character is > ' ' and <= '~')))
            return ("api-keys", $"must each be {ShortestApiKey} visible ASCII characters or more");
        if (Authority is not null && !IsSafe(Authority))
            return ("authority", $"must be an https URL without query, or http on loopback, was {Authority.OriginalString}");
        if (string.IsNullOrWhiteSpace(Audience) != (Authority is null))
            return (Authority is null ? "authority" : "audience", "must be given: an authority and an audience belong together");
        if (IsOpen && !IPAddress.IsLoopback(Listen.Address))
            return ("listen", $"must be a loopback address where there are neither API keys nor an authority, was {Listen}");
        return NotPositive("most-count", MostCount) ?? NotPositive("most-steps", MostSteps)
            ?? NotPositive("rate", Rate) ?? NotPositive("most-bytes", MostBytes)
            ?? NotPositive("most-manifest-bytes", MostManifestBytes);
    }

    private static bool IsSafe(Uri url) =>
        url is { IsAbsoluteUri: true, UserInfo: "", Query: "", Fragment: "" }
        && (url.Scheme == Uri.UriSchemeHttps || (url.Scheme == Uri.UriSchemeHttp && url.IsLoopback));

    private static (string Option, string Requirement)? NotPositive(string option, long value) =>
        value > 0 ? null : (option, $"must be positive, was {value}");
}
