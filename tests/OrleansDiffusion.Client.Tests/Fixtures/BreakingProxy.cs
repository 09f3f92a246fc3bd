using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace OrleansDiffusion.Client.Tests.Fixtures;

/// <summary>Carries TCP connections to a server, and breaks them when it is told to.</summary>
internal sealed class BreakingProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentDictionary<Socket, bool> _open = [];
    private readonly Uri _server;
    private readonly Task _accepting;
    private int _broken;

    private BreakingProxy(Uri server)
    {
        _server = server;
        _listener.Start();
        Address = new Uri($"http://{_listener.LocalEndpoint}/");
        _accepting = Accept();
    }

    /// <summary>Where it listens.</summary>
    public Uri Address { get; }

    /// <summary>Connections that were broken.</summary>
    public int Broken => _broken;

    public static BreakingProxy Start(Uri server) => new(server);

    /// <summary>Breaks all connections, without a word of farewell.</summary>
    public void Break()
    {
        foreach (var socket in _open.Keys)
        {
            if (!_open.TryRemove(socket, out _))
                continue;
            Interlocked.Increment(ref _broken);
            socket.LingerState = new LingerOption(enable: true, seconds: 0);
            socket.Close();
        }
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _accepting;
        Break();
    }

    private async Task Accept()
    {
        while (true)
        {
            try
            {
                _ = Carry(await _listener.AcceptSocketAsync());
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task Carry(Socket client)
    {
        _open[client] = true;
        try
        {
            using var server = new Socket(SocketType.Stream, ProtocolType.Tcp);
            await server.ConnectAsync(_server.Host, _server.Port);
            await using var up = new NetworkStream(client);
            await using var down = new NetworkStream(server);
            var ended = await Task.WhenAny(up.CopyToAsync(down), down.CopyToAsync(up));
            await ended;
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException)
        {
            // It was broken.
        }
        finally
        {
            _open.TryRemove(client, out _);
            client.Dispose();
        }
    }
}
