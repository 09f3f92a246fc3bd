namespace OrleansDiffusion.Streaming;

/// <summary>What became of an item at a queue.</summary>
internal enum PublishOutcome
{
    /// <summary>It is queued.</summary>
    Accepted,

    /// <summary>There is no room for it by now.</summary>
    Full,

    /// <summary>The queue is moving to another silo.</summary>
    Moving,
}
