namespace OrleansDiffusion.Storage;

/// <summary>Where checkpoints and samples are kept, and how a store that fails is tried again.</summary>
public sealed class StorageOptions
{
    /// <summary>The most that <see cref="AttemptTimeout"/> may be.</summary>
    public static readonly TimeSpan LongestAttemptTimeout = TimeSpan.FromHours(1);

    /// <summary>
    /// Path of a folder, or the http(s) address of a container of Azure Blob Storage with an optional folder below it,
    /// or null for this process's memory. Default null.
    /// </summary>
    public string? Location { get; set; }

    /// <summary>
    /// Connection string of the storage account of a container; null signs in with what the environment has
    /// (DefaultAzureCredential), for https alone. Default null.
    /// </summary>
    public string? ConnectionString { get; set; }

    /// <summary>How often a request is tried at most, 1 to 100. Default 10, some 25 s with the default delays.</summary>
    public int MostAttempts { get; set; } = 10;

    /// <summary>
    /// How long the first wait before another attempt is on average; it doubles. 1 ms to <see cref="LongestDelay"/>.
    /// Default 200 ms.
    /// </summary>
    public TimeSpan FirstDelay { get; set; } = TimeSpan.FromMilliseconds(200);

    /// <summary>The longest wait, 1 ms to 10 minutes. Default 5 s.</summary>
    public TimeSpan LongestDelay { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long an attempt may take, 10 ms to 1 hour. Default 1 minute.</summary>
    public TimeSpan AttemptTimeout { get; set; } = TimeSpan.FromMinutes(1);
}
