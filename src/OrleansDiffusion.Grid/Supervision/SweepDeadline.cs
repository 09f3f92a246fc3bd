namespace OrleansDiffusion.Grid.Supervision;

/// <summary>
/// How long a sweep is waited for: several times what the last ones took, for a silo that hangs is to cost little more than
/// a sweep. The longest of them does not count: where a silo is new to a model, that is one sweep of seconds.
/// </summary>
/// <param name="least">What is always waited.</param>
/// <param name="most">What is waited at most, and for a sweep after which nothing is known.</param>
internal sealed class SweepDeadline(TimeSpan least, TimeSpan most)
{
    private const int Remembered = 8;
    private const int Slack = 5;

    private readonly Queue<TimeSpan> _last = new();
    private int _slack = Slack;

    /// <summary>How long the next sweep is waited for.</summary>
    public TimeSpan Next
    {
        get
        {
            if (_last.Count == 0)
                return most;
            var allowed = Shorter(most, _slack * _last.OrderDescending().Take(2).Last());
            return allowed > least ? allowed : Shorter(least, most);
        }
    }

    /// <summary>A sweep was made.</summary>
    public void Note(TimeSpan took)
    {
        _last.Enqueue(took);
        if (_last.Count > Remembered)
            _last.Dequeue();
    }

    /// <summary>A sweep took longer though all silos were there.</summary>
    public void Extend() => _slack *= 2;

    private static TimeSpan Shorter(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
