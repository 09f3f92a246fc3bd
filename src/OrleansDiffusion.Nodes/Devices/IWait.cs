namespace OrleansDiffusion.Nodes.Devices;

/// <summary>Waiting on the device's thread; the seam through which tests do without it.</summary>
internal interface IWait
{
    /// <summary>Blocks the thread.</summary>
    /// <param name="duration">How long, positive.</param>
    /// <param name="cancellationToken">Ends it early, without an exception.</param>
    void For(TimeSpan duration, CancellationToken cancellationToken);
}
