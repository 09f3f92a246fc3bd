namespace OrleansDiffusion.Nodes.Devices;

/// <summary>Where a request stands.</summary>
internal enum RequestState
{
    /// <summary>It is not in the queue, or not any more.</summary>
    Outside,

    /// <summary>It waits for room in the queue.</summary>
    Waiting,

    /// <summary>It is in a group of the queue.</summary>
    Queued,

    /// <summary>It is being answered, and the caller must not touch its node.</summary>
    Running,

    /// <summary>It is being answered, but nobody asks for it any more.</summary>
    Abandoned,

    /// <summary>It has its answer.</summary>
    Done,
}
