using Microsoft.Extensions.Hosting;

namespace OrleansDiffusion.Silo;

/// <summary>Leaves the process to the program: a host's usual lifetime would take its signals over.</summary>
internal sealed class GuestLifetime : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
