using System.Buffers.Text;
using System.Text.Json;
using Azure.Core;
using StackExchange.Redis;
using StackExchange.Redis.Configuration;

namespace OrleansDiffusion.Silo;

/// <summary>
/// Signs connections in to an Azure Managed Redis with Microsoft Entra: the user is the object id of who signs in, the
/// password a token. A connection whose token has run out is cut, so it is given the next one in time.
/// </summary>
/// <param name="credential">Has tokens, and keeps them until they are about to run out.</param>
/// <param name="time">The clock of renewal.</param>
internal sealed class EntraSignIn(TokenCredential credential, TimeProvider time) : DefaultOptionsProvider
{
    // Credentials have a new token five minutes before the last one runs out.
    internal static readonly TimeSpan RenewalPeriod = TimeSpan.FromMinutes(1);

    private static readonly TokenRequestContext Request = new(["https://redis.azure.com/.default"]);

    /// <inheritdoc/>
    public override string? User => UserOf(Password!);

    /// <inheritdoc/>
    public override string? Password => credential.GetToken(Request, CancellationToken.None).Token;

    /// <inheritdoc/>
    public override Task AfterConnectAsync(ConnectionMultiplexer multiplexer, Action<string> log)
    {
        _ = Renew(new WeakReference<ConnectionMultiplexer>(multiplexer), Password!);
        return Task.CompletedTask;
    }

    // Until the connections are given up.
    private async Task Renew(WeakReference<ConnectionMultiplexer> connections, string last)
    {
        while (true)
        {
            await Task.Delay(RenewalPeriod, time);
            if (!connections.TryGetTarget(out var multiplexer))
                return;
            try
            {
                var next = (await credential.GetTokenAsync(Request, CancellationToken.None)).Token;
                if (next == last)
                    continue;
                foreach (var server in multiplexer.GetServers())
                    await server.ExecuteAsync("AUTH", UserOf(next), next);
                last = next;
            }
            catch (ObjectDisposedException)
            {
                return;
            }
            catch (Exception)
            {
                // It is tried again; and a connection that is made anew asks for a token itself.
            }
        }
    }

    private static string UserOf(string token)
    {
        if (token.Split('.') is not [_, var claims, ..])
            throw new FormatException("the token of Microsoft Entra has no claims");
        using var document = JsonDocument.Parse(Base64Url.DecodeFromChars(claims));
        return document.RootElement.GetProperty("oid").GetString()!;
    }
}
