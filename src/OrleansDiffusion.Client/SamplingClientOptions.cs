namespace OrleansDiffusion.Client;

/// <summary>How jobs are reached, and how often a call is made that was not answered.</summary>
public sealed class SamplingClientOptions
{
    /// <summary>The most that <see cref="AttemptTimeout"/> may be.</summary>
    public static readonly TimeSpan LongestAttemptTimeout = TimeSpan.FromHours(1);

    /// <summary>
    /// The http(s) address of a gateway; null for the cluster of the Orleans client that is among the services. Default null.
    /// </summary>
    public Uri? Gateway { get; set; }

    /// <summary>The key that the gateway asks for, of visible ASCII characters; null for none. Default null.</summary>
    public string? ApiKey { get; set; }

    /// <summary>How often a call is made at most, 1 to 100. Default 31, a minute with the default delays.</summary>
    public int MostAttempts { get; set; } = 31;

    /// <summary>
    /// How long the first wait before another attempt is on average; it doubles. 1 ms to <see cref="LongestDelay"/>.
    /// Default 200 ms.
    /// </summary>
    public TimeSpan FirstDelay { get; set; } = TimeSpan.FromMilliseconds(200);

    /// <summary>The longest wait, 1 ms to 10 minutes. Default 2 s.</summary>
    public TimeSpan LongestDelay { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// How long an attempt may take, 10 ms to 1 hour. Default 10 s: where opening a model takes longer, a later attempt finds
    /// it open.
    /// </summary>
    public TimeSpan AttemptTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Whether a call is made again, too, where who answers it has too much to do. Default true; otherwise
    /// <see cref="SamplingBusyException"/> is thrown at once.
    /// </summary>
    public bool WaitsWhileBusy { get; set; } = true;
}
