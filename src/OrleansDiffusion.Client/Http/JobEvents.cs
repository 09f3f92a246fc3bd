namespace OrleansDiffusion.Client.Http;

/// <summary>The types of the server-sent events of a job.</summary>
internal static class JobEvents
{
    /// <summary>The job has come further.</summary>
    public const string Progress = "progress";

    /// <summary>The job has come to its end; the last event.</summary>
    public const string End = "end";

    /// <summary>Nothing is new; said every <see cref="PingPeriod"/> for both sides to notice when the other is gone.</summary>
    public const string Ping = "ping";

    /// <summary>How often something is said at least.</summary>
    public static readonly TimeSpan PingPeriod = TimeSpan.FromSeconds(10);
}
