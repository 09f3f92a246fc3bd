using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace OrleansDiffusion.Silo;

/// <summary>A cluster of silos within this process, for a program that has no other.</summary>
public sealed class EmbeddedGrid : IAsyncDisposable
{
    private readonly List<IHost> _hosts = [];

    private EmbeddedGrid()
    {
    }

    /// <summary>The grains of the cluster.</summary>
    public IGrainFactory Grains => _hosts[0].Services.GetRequiredService<IGrainFactory>();

    /// <summary>Starts a cluster.</summary>
    /// <param name="silos">How many silos, positive.</param>
    /// <param name="configure">Sets how each is run; ports and cluster are given. Null for the usual.</param>
    /// <param name="log">Sets where logs go; null for nowhere.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    public static async Task<EmbeddedGrid> Start(
        int silos, Func<SiloSettings, SiloSettings>? configure = null, Action<ILoggingBuilder>? log = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(silos);
        var grid = new EmbeddedGrid();
        var cluster = $"odiff-{Guid.NewGuid():N}";
        IPEndPoint? primary = null;
        try
        {
            for (var i = 0; i < silos; i++)
            {
                var ports = FreePorts(2);
                var settings = new SiloSettings
                {
                    SiloPort = ports[0], GatewayPort = ports[1], Primary = primary, ClusterId = cluster,
                };
                primary ??= new IPEndPoint(IPAddress.Loopback, ports[0]);
                var host = HostOf(configure?.Invoke(settings) ?? settings, log);
                grid._hosts.Add(host);
                await host.StartAsync(cancellationToken);
            }

            return grid;
        }
        catch
        {
            await grid.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        // The first silo keeps the membership, so it goes last.
        foreach (var host in Enumerable.Reverse(_hosts))
        {
            await host.StopAsync(CancellationToken.None);
            host.Dispose();
        }

        _hosts.Clear();
    }

    private static IHost HostOf(SiloSettings settings, Action<ILoggingBuilder>? log)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        log?.Invoke(builder.Logging);
        builder.UseOrleans(silo => silo.AddOrleansDiffusion(settings));
        return builder.Build();
    }

    // Listening on all of them at once keeps them apart.
    private static int[] FreePorts(int count)
    {
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
}
