using OrleansDiffusion.Contracts.Jobs;
using OrleansDiffusion.Contracts.Manifests;

namespace OrleansDiffusion.Grid.Manifests;

/// <summary>What is kept of a manifest beside its lines and their results.</summary>
/// <param name="Terms">What holds for all lines.</param>
/// <param name="State">Where it stands.</param>
/// <param name="Parts">Its parts; 0 until all are there.</param>
/// <param name="Lines">Its lines that ask for something; 0 until all are there.</param>
/// <param name="Succeeded">Lines that are done; written when it has come to its end.</param>
/// <param name="Failed">Lines that have failed; likewise.</param>
/// <param name="Run">How often it was run.</param>
/// <param name="Submitted">When it was submitted first.</param>
internal sealed record ManifestRecord(
    ManifestTerms Terms, JobState State, int Parts, long Lines, long Succeeded, long Failed, int Run, DateTimeOffset Submitted)
{
    /// <summary>The manifest in a list of jobs.</summary>
    public JobSummary Summary(string id)
    {
        var defaults = LineReader.DefaultsOf(Terms);
        return new JobSummary(
            id, State == JobState.Accepted ? JobState.Queued : State, defaults.Model, "manifest",
            (int)Math.Min(Lines, int.MaxValue), (int)Math.Min(Succeeded, int.MaxValue), Submitted);
    }
}
