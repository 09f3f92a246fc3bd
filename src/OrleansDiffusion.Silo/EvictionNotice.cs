namespace OrleansDiffusion.Silo;

/// <summary>A scheduled event of Azure.</summary>
/// <param name="EventId">Names it.</param>
/// <param name="EventType"><c>Preempt</c> (a spot machine is taken away), <c>Terminate</c>, or what may be outlived.</param>
/// <param name="Resources">The machines that it is about.</param>
public sealed record EvictionNotice(string EventId, string EventType, IReadOnlyList<string>? Resources)
{
    /// <summary>Whether it takes a machine away.</summary>
    public bool Concerns(string machine) =>
        EventType is "Preempt" or "Terminate"
        && Resources?.Contains(machine, StringComparer.OrdinalIgnoreCase) == true;
}
