using OrleansDiffusion.Contracts.Jobs;

namespace OrleansDiffusion.Cli.Commands;

/// <summary>States of jobs as they are printed.</summary>
internal static class JobWords
{
    public static string Of(JobState state) => state switch
    {
        JobState.Accepted => "accepted",
        JobState.Queued => "queued",
        JobState.Running => "running",
        JobState.Succeeded => "succeeded",
        JobState.Failed => "failed",
        JobState.Cancelled => "cancelled",
        _ => "unknown",
    };
}
