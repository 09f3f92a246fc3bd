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

    /// <summary>Whether a request has one of the keys, or none is asked for.</summary>
    /// <param name="request">The request.</param>
    /// <param name="caller">Names the key it has, without telling it; null where none is asked for.</param>
    public bool Admit(HttpRequest request, out string? caller)
    {
        caller = null;
        if (_hashes.Length == 0)
            return true;
        if (request.Headers.Authorization is not [{ } header] || !header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
            return false;

        // Takes as long whichever it is, and whether it is any.
        var given = HashOf(header[Scheme.Length..]);
        var isOne = false;
        foreach (var hash in _hashes)
            isOne |= CryptographicOperations.FixedTimeEquals(hash, given);
        caller = isOne ? Convert.ToHexStringLower(given) : null;
        return isOne;
    }

    private static byte[] HashOf(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));
}
