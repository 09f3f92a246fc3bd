using OrleansDiffusion.Contracts.Jobs;
using OrleansDiffusion.Contracts.Manifests;

namespace OrleansDiffusion.Grid.Manifests;

/// <summary>A line of a manifest that asks for something.</summary>
/// <param name="Number">Its number, from 1.</param>
/// <param name="Id">The id that it gives itself; null for none.</param>
/// <param name="Alike">What it has in common with lines that can be drawn together: the request without its item.</param>
/// <param name="Item">The rest.</param>
/// <param name="Error">Why it asks for nothing that there is; null if it may.</param>
internal sealed record ManifestLine(long Number, string? Id, SamplingRequest? Alike, RequestItem? Item, string? Error)
{
    /// <summary>What became of it.</summary>
    public LineResult Succeeded(int run, string job, int first) =>
        new(Number, Id, JobState.Succeeded, Error: null, job, first, Item!.Count, run);

    /// <summary>What became of it.</summary>
    /// <param name="run">The run of the manifest.</param>
    /// <param name="error">Why it failed.</param>
    public LineResult Failed(int run, string error) => new(Number, Id, JobState.Failed, error, null, 0, 0, run);
}
