using System.Net;
using System.Net.Sockets;

namespace OrleansDiffusion.Silo;

/// <summary>Ports of this machine for silos that are about to start on it.</summary>
public static class LoopbackPorts
{
    /// <summary>As many different ports as are asked for, which nobody listens on at the moment.</summary>
    /// <param name="count">How many, positive.</param>
    public static int[] Free(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);

        // Listening on all of them at once keeps them apart.
        var listeners = Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToList();
        try
        {
            listeners.ForEach(listener => listener.Start());
            return [.. listeners.Select(listener => ((IPEndPoint)listener.LocalEndpoint).Port)];
        }
        finally
        {
            listeners.ForEach(listener => listener.Dispose());
        }
    }

    /// <summary>Throws if a port cannot be listened on.</summary>
    /// <param name="port">The port.</param>
    /// <param name="address">An address of this machine; null for loopback.</param>
    /// <exception cref="IOException">It is taken, or not this machine's.</exception>
    public static void CheckFree(int port, IPAddress? address = null)
    {
        try
        {
            using var listener = new TcpListener(address ?? IPAddress.Loopback, port);
            listener.Start();
        }
        catch (SocketException e)
        {
            throw new IOException($"port {port} cannot be used: {e.Message}", e);
        }
    }
}
