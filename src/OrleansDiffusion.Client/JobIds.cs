namespace OrleansDiffusion.Client;

/// <summary>Ids of jobs.</summary>
public static class JobIds
{
    /// <summary>An id that no other job has, greater than those that were made before: a UUID of version 7.</summary>
    public static string New() => Guid.CreateVersion7().ToString();
}
