namespace OrleansDiffusion.Streaming;

/// <summary>What events count as in a queue's bound.</summary>
internal static class EventSize
{
    private const long Least = 64;        // object headers and the queue's own records
    private const long Unknown = 1024;

    /// <summary>Bytes of an event, see <see cref="ISizedEvent"/>.</summary>
    public static long Of(object value) => Math.Max(Least, value switch
    {
        ISizedEvent sized => sized.Bytes,
        byte[] bytes => bytes.LongLength,
        string text => sizeof(char) * (long)text.Length,
        _ => Unknown,
    });
}
