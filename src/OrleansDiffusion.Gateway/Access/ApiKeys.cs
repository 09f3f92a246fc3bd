using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace OrleansDiffusion.Gateway.Access;

/// <summary>The keys that callers may have. Of each its hash is kept, all of one length.</summary>
/// <param name="settings">Names them.</param>
internal sealed class ApiKeys(GatewaySettings settings)
{
    private const string Scheme = "Bearer ";

    private readonly byte[][] _hashes = [.. settings.ApiKeys.Select(HashOf)];

    /// <summary>Names the key that a request has, without telling it; null if it has none of them.</summary>
    public string? CallerOf(HttpRequest request)
    {
        if (request.Headers.Authorization is not [{ } header] || !header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
            return null;

        // Takes as long whichever it is, and whether it is any.
        var given = HashOf(header[Scheme.Length..]);
        var isOne = false;
        foreach (var hash in _hashes)
            isOne |= CryptographicOperations.FixedTimeEquals(hash, given);
        return isOne ? Convert.ToHexStringLower(given) : null;
    }

    /// <summary>What stands for a text that is not to be told.</summary>
    public static string NameOf(string text) => Convert.ToHexStringLower(HashOf(text));

    private static byte[] HashOf(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));
}
