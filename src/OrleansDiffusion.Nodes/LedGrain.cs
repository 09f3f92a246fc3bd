namespace OrleansDiffusion.Nodes;

/// <summary>
/// A grain that is of use only once it was opened. A call, a message or the cancellation of a call that comes too late
/// brings it to life again, maybe on another silo than it belongs to; then it does not stay.
/// </summary>
internal abstract class LedGrain : Grain
{
    private static readonly TimeSpan LongestAlone = TimeSpan.FromSeconds(1);

    /// <summary>Whether it was told to open in this life.</summary>
    protected bool IsLed { get; set; }

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        this.RegisterGrainTimer(
            _ =>
            {
                LeaveUnlessLed();
                return Task.CompletedTask;
            },
            new GrainTimerCreationOptions(LongestAlone, Timeout.InfiniteTimeSpan) { Interleave = true });
        return Task.CompletedTask;
    }

    /// <summary>Throws, and ends this life, if the placement did not follow the hint: its silo is about to stop.</summary>
    protected void RequireHome(SiloAddress home, SiloAddress here)
    {
        if (home.Equals(here))
            return;
        DeactivateOnIdle();
        throw new InvalidOperationException($"{this.GetPrimaryKeyString()} lives on {here}, is to live on {home}");
    }

    /// <summary>Ends this life if it was never told to open.</summary>
    protected void LeaveUnlessLed()
    {
        if (!IsLed)
            DeactivateOnIdle();
    }
}
