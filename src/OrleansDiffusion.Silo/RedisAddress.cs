using System.Net;
using System.Net.Sockets;
using Azure.Identity;
using OrleansDiffusion.Sampling;
using StackExchange.Redis;

namespace OrleansDiffusion.Silo;

/// <summary>Where the Redis of a cluster is: <c>redis://host:port</c>, or <c>rediss://</c> for TLS.</summary>
public sealed class RedisAddress
{
    private const int UsualPort = 6379;
    private const string Entra = "entra";

    // An outage is over a moment after Redis is back.
    private static readonly TimeSpan ReconnectPause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestCall = TimeSpan.FromSeconds(5);

    private readonly EndPoint _endPoint;
    private readonly string? _user;
    private readonly string? _password;
    private readonly bool _isTls;
    private readonly EntraSignIn? _entra;

    private RedisAddress(Uri url)
    {
        var port = url.Port < 0 ? UsualPort : url.Port;
        _endPoint = IPAddress.TryParse(url.DnsSafeHost, out var ip)
            ? new IPEndPoint(ip, port)
            : new DnsEndPoint(url.DnsSafeHost, port);
        _isTls = url.Scheme == "rediss";
        if (url.UserInfo.Split(':', 2) is [var user, var password])
            (_user, _password) = (user.Length == 0 ? null : Uri.UnescapeDataString(user), Uri.UnescapeDataString(password));
        if (url.UserInfo == Entra)
            _entra = new EntraSignIn(new DefaultAzureCredential(), TimeProvider.System);
        Name = $"{url.Scheme}://{url.Host}:{port}";
    }

    /// <summary>The address as it may be shown: without user and password.</summary>
    public string Name { get; }

    /// <summary>Reads an address.</summary>
    /// <param name="option">The option that it was given by.</param>
    /// <param name="url">
    /// <c>redis://[[user]:password@]host[:port]</c>, or the same with <c>rediss</c>, or <c>rediss://entra@host[:port]</c>,
    /// which signs in with Microsoft Entra as what the environment has (DefaultAzureCredential).
    /// </param>
    /// <exception cref="InvalidOptionException">It is something else.</exception>
    public static RedisAddress Parse(string option, string url)
    {
        ArgumentNullException.ThrowIfNull(option);
        ArgumentNullException.ThrowIfNull(url);
        return Uri.TryCreate(url, UriKind.Absolute, out var parsed) && IsUsable(parsed)
            ? new RedisAddress(parsed)
            : throw new InvalidOptionException(
                option,
                "must be redis://[user:password@]host:port, or the same with rediss, or rediss://entra@host:port, was "
                + WithoutSecrets(url));
    }

    /// <summary>How StackExchange.Redis reaches it. New with every call, as who takes them may change them.</summary>
    public ConfigurationOptions Options()
    {
        var options = new ConfigurationOptions
        {
            EndPoints = { _endPoint },
            User = _user,
            Password = _password,
            Ssl = _isTls,
            SslHost = _isTls && _endPoint is DnsEndPoint { Host: var host } ? host : null,
            ConnectTimeout = (int)LongestCall.TotalMilliseconds,
            AsyncTimeout = (int)LongestCall.TotalMilliseconds,
            ReconnectRetryPolicy = new LinearRetry((int)ReconnectPause.TotalMilliseconds),
        };
        if (_entra is not null)
            options.Defaults = _entra;
        return options;
    }

    /// <summary>The address of this machine that leads to the Redis, at which others who reach the Redis find it.</summary>
    /// <param name="cancellationToken">Ends the search.</param>
    /// <exception cref="IOException">Its host is not known, or no way leads there.</exception>
    public async Task<IPAddress> LocalAddress(CancellationToken cancellationToken)
    {
        try
        {
            // Nothing is sent.
            using var socket = new Socket(SocketType.Dgram, ProtocolType.Udp);
            await socket.ConnectAsync(_endPoint, cancellationToken);
            var address = ((IPEndPoint)socket.LocalEndPoint!).Address;
            return address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        }
        catch (SocketException e)
        {
            throw new IOException($"no address of this machine leads to the Redis at {Name}: {e.Message}", e);
        }
    }

    /// <summary>An error as it can be told in a line, if it is that of a Redis which cannot be used; otherwise null.</summary>
    public IOException? FailureIn(Exception? error) => error switch
    {
        null => null,
        RedisConnectionException { FailureType: var type } => new IOException($"no Redis can be used at {Name}: {type}", error),
        RedisException or RedisTimeoutException => new IOException($"no Redis can be used at {Name}: {error.Message}", error),
        AuthenticationFailedException => new IOException($"no Redis can be used at {Name}: {error.Message.Split('\n')[0].TrimEnd()}", error),
        _ => FailureIn(error.InnerException),
    };

    /// <summary>Whether the Redis can be used now: the error that it cannot, or null.</summary>
    public async Task<IOException?> Failure()
    {
        try
        {
            await using var connection = await ConnectionMultiplexer.ConnectAsync(Options());
            return null;
        }
        catch (Exception e) when (e is RedisConnectionException or AuthenticationFailedException)
        {
            return FailureIn(e);
        }
    }

    /// <inheritdoc/>
    public override string ToString() => Name;

    private static bool IsUsable(Uri url) =>
        url is { Scheme: "redis" or "rediss", Host.Length: > 0, PathAndQuery: "" or "/", Fragment: "" }
        && url.Port is < 0 or > 0
        && (url.UserInfo.Length == 0 || url.UserInfo.Contains(':', StringComparison.Ordinal) || url is { UserInfo: Entra, Scheme: "rediss" });

    private static string WithoutSecrets(string url) => url[(url.LastIndexOf('@') + 1)..];
}
