namespace OrleansDiffusion.Streaming;

/// <summary>FNV-1a of a stream's key: the same in every process, and blind to the namespace.</summary>
internal static class KeyHash
{
    private const uint Basis = 2166136261;
    private const uint Prime = 16777619;

    public static uint Of(StreamId stream)
    {
        var hash = Basis;
        foreach (var b in stream.Key.Span)
            hash = unchecked((hash ^ b) * Prime);

        // The lowest bits, which a remainder looks at, are mixed least.
        return hash ^ (hash >> 15);
    }
}
