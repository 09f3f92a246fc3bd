using Microsoft.Extensions.Hosting;

namespace OrleansDiffusion.Silo;

/// <summary>Leaves the process to the program: a host's usual lifetime would take its signals over.</summary>
public sealed class GuestLifetime : IHostLifetime
{
    /// <inheritdoc/>
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
