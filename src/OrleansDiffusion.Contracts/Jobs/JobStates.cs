namespace OrleansDiffusion.Contracts.Jobs;

/// <summary>What a state means.</summary>
public static class JobStates
{
    /// <summary>Whether nothing follows it.</summary>
    public static bool IsFinal(this JobState state) =>
        state is JobState.Succeeded or JobState.Failed or JobState.Cancelled;
}
