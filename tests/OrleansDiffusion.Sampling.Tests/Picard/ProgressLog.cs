namespace OrleansDiffusion.Sampling.Tests.Picard;

/// <summary>Keeps what a run reports, and may act on it.</summary>
internal sealed class ProgressLog(Action<SweepProgress>? act = null) : IProgress<SweepProgress>
{
    public List<SweepProgress> Reports { get; } = [];

    public void Report(SweepProgress value)
    {
        Reports.Add(value);
        act?.Invoke(value);
    }
}
