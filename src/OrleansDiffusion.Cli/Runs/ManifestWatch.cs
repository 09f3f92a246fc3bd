using System.Diagnostics;
using OrleansDiffusion.Client;
using OrleansDiffusion.Client.Manifests;
using OrleansDiffusion.Contracts.Jobs;
using OrleansDiffusion.Contracts.Manifests;

namespace OrleansDiffusion.Cli.Runs;

/// <summary>Follows a manifest to its end, with a line on stderr whenever it has come further.</summary>
internal static class ManifestWatch
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    /// <summary>Waits for its end.</summary>
    /// <param name="client">The cluster.</param>
    /// <param name="manifest">Where it stands.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>Where it stands in the end.</returns>
    /// <exception cref="JobNotFoundException">Its record was lost.</exception>
    public static async Task<ManifestStatus> End(
        IManifestClient client, ManifestStatus manifest, CancellationToken cancellationToken)
    {
        var (shown, since) = (-1L, Stopwatch.GetTimestamp());
        while (!manifest.State.IsFinal())
        {
            if (manifest.Succeeded + manifest.Failed is var done && done != shown && Stopwatch.GetElapsedTime(since) >= Period)
            {
                await Console.Error.WriteLineAsync($"{done} of {manifest.Lines} lines, {manifest.Failed} failed");
                (shown, since) = (done, Stopwatch.GetTimestamp());
            }

            await Task.Delay(Period, cancellationToken);
            manifest = await client.FindManifestAsync(manifest.ManifestId, cancellationToken)
                ?? throw new JobNotFoundException(manifest.ManifestId);
        }

        return manifest;
    }

    /// <summary>Says where it stands in the end, and why that is no success.</summary>
    /// <exception cref="SamplingFailedException">It is none.</exception>
    public static void Tell(ManifestStatus manifest)
    {
        if (manifest.State == JobState.Cancelled)
            throw new SamplingFailedException($"manifest {manifest.ManifestId} was cancelled");
        if (manifest.Failed > 0)
            throw new SamplingFailedException(
                $"{manifest.Failed} of {manifest.Lines} lines of manifest {manifest.ManifestId} failed; its results say why");
        Console.WriteLine($"{manifest.ManifestId} succeeded, {manifest.Lines} lines");
    }
}
