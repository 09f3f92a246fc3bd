using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OrleansDiffusion.Grid;

namespace OrleansDiffusion.Silo;

/// <summary>A silo that runs in this process until it is disposed of, in order. It leaves signals to the program.</summary>
public sealed class RunningSilo : IAsyncDisposable
{
    private static readonly TimeSpan LongestRetreat = TimeSpan.FromSeconds(5);

    private readonly IHost _host;

    private RunningSilo(IHost host, SiloSettings settings)
    {
        _host = host;
        Role = settings.Role;
    }

    /// <summary>What it does.</summary>
    public SiloRole Role { get; }

    /// <summary>The grains of its cluster.</summary>
    public IGrainFactory Grains => _host.Services.GetRequiredService<IGrainFactory>();

    /// <summary>Where other silos reach it.</summary>
    public IPEndPoint Address => Details.SiloAddress.Endpoint;

    /// <summary>Where clients reach it.</summary>
    public IPEndPoint GatewayAddress => Details.GatewayAddress!.Endpoint;

    private ILocalSiloDetails Details => _host.Services.GetRequiredService<ILocalSiloDetails>();

    /// <summary>Starts a silo.</summary>
    /// <param name="settings">How it is run.</param>
    /// <param name="log">Sets where logs go; null for nowhere.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    /// <exception cref="Sampling.InvalidOptionException">A setting is out of its range.</exception>
    /// <exception cref="IOException">A port is taken, or the cluster cannot be joined.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static async Task<RunningSilo> Start(
        SiloSettings settings, Action<ILoggingBuilder>? log = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(settings);
        settings.Validate();

        // Orleans would say it at length, and only after most of the start.
        LoopbackPorts.CheckFree(settings.SiloPort, settings.Address);
        LoopbackPorts.CheckFree(settings.GatewayPort, settings.Address);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        if (settings.Primary is not null || settings.Redis is not null)
            ending.CancelAfter(settings.JoinTimeout);
        var host = HostOf(settings, log);
        try
        {
            await host.StartAsync(ending.Token);
            return new RunningSilo(host, settings);
        }
        catch (Exception e)
        {
            await Retreat(host);
            cancellationToken.ThrowIfCancellationRequested();
            if (settings.Redis?.FailureIn(e) is { } failure)
                throw failure;
            if (!ending.IsCancellationRequested)
                throw;
            throw new IOException(
                $"cluster {settings.ClusterId} could not be joined within {settings.JoinTimeout.TotalSeconds:g} s: "
                + (settings.Primary is { } primary ? $"no silo of it answers at {primary}" : "its silos do not answer"), e);
        }
    }

    /// <summary>Waits until it knows as many silos that can hold time-nodes, and their devices.</summary>
    /// <param name="silos">How many.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    public Task WhenKnown(int silos, CancellationToken cancellationToken = default) =>
        _host.Services.WhenComputeSilosKnown(silos, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync(CancellationToken.None);
        _host.Dispose();
    }

    // What has started of it stops, as far as it can.
    private static async Task Retreat(IHost host)
    {
        using var longest = new CancellationTokenSource(LongestRetreat);
        await host.StopAsync(longest.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        host.Dispose();
    }

    private static IHost HostOf(SiloSettings settings, Action<ILoggingBuilder>? log)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddSingleton<IHostLifetime, GuestLifetime>();
        log?.Invoke(builder.Logging);
        builder.UseOrleans(silo => silo.AddOrleansDiffusion(settings));
        return builder.Build();
    }
}
