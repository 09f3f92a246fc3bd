using System.Diagnostics.Metrics;
using OrleansDiffusion.Contracts.Jobs;
using OrleansDiffusion.Grid.Supervision;

namespace OrleansDiffusion.Grid;

/// <summary>What is measured of jobs, batches and sweeps, on the silo whose grains lead them.</summary>
public sealed class GridMetrics
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "OrleansDiffusion.Grid";

    private const string Reason = "reason";
    private const string State = "state";

    private static readonly double[] Seconds =
        [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50];

    private readonly Histogram<double> _sweepDuration;
    private readonly Histogram<double> _sweepExchange;
    private readonly Histogram<double> _sweepUpdate;
    private readonly Counter<long> _recoveries;
    private readonly Histogram<double> _checkpointDuration;
    private readonly Histogram<long> _checkpointSize;
    private readonly Counter<long> _checkpointFailures;
    private readonly UpDownCounter<long> _jobsRunning;
    private readonly Counter<long> _jobsEnded;
    private readonly Gauge<int> _batchesWalked;
    private readonly Gauge<int> _batchesQueued;

    /// <summary>Counters begin at 0, so that what has not happened can be told from what is not measured.</summary>
    /// <param name="meters">Makes the meter.</param>
    public GridMetrics(IMeterFactory meters)
    {
        ArgumentNullException.ThrowIfNull(meters);
        var meter = meters.Create(MeterName);
        _sweepDuration = meter.CreateHistogram<double>(
            "odiff.sweep.duration", "s", "How long a sweep took, of all slices of a batch.",
            advice: new() { HistogramBucketBoundaries = Seconds });
        _sweepExchange = meter.CreateHistogram<double>(
            "odiff.sweep.exchange.duration", "s", "What a sweep took beyond its model calls.",
            advice: new() { HistogramBucketBoundaries = Seconds });
        _sweepUpdate = meter.CreateHistogram<double>(
            "odiff.sweep.update", "1", "The largest update of a sweep, RMS, of all samples and open blocks.",
            advice: new() { HistogramBucketBoundaries = [1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1, 10] });
        _recoveries = meter.CreateCounter<long>(
            "odiff.batch.recoveries", "{recovery}", "How often open blocks were begun anew, by reason.");
        _checkpointDuration = meter.CreateHistogram<double>(
            "odiff.checkpoint.duration", "s", "How long it took to write a checkpoint.",
            advice: new() { HistogramBucketBoundaries = Seconds });
        _checkpointSize = meter.CreateHistogram<long>(
            "odiff.checkpoint.size", "By", "Bytes of a checkpoint that was written.",
            advice: new()
            {
                HistogramBucketBoundaries = [1 << 10, 1 << 12, 1 << 14, 1 << 16, 1 << 18, 1 << 20, 1 << 22, 1 << 24, 1 << 26, 1 << 28],
            });
        _checkpointFailures = meter.CreateCounter<long>(
            "odiff.checkpoint.failures", "{checkpoint}", "Checkpoints that the store did not take.");
        _jobsRunning = meter.CreateUpDownCounter<long>(
            "odiff.job.running", "{job}", "Jobs that this silo leads and that have not come to their end.");
        _jobsEnded = meter.CreateCounter<long>(
            "odiff.job.ended", "{job}", "Jobs that came to their end, by state.");
        _batchesWalked = meter.CreateGauge<int>(
            "odiff.batch.walked", "{batch}", "Batches that are walked, by the silo of their queue.");
        _batchesQueued = meter.CreateGauge<int>(
            "odiff.batch.queued", "{batch}", "Batches that wait for their turn, by the silo of their queue.");
        meter.CreateObservableGauge(
            "odiff.silo.quarantined", () => Quarantined(), "{silo}",
            "Silos of the cluster that this one leaves out for returning NaN where others did not.");
        Begin();
    }

    /// <summary>Counts the silos that are left out.</summary>
    internal Func<int> Quarantined { private get; set; } = () => 0;

    /// <summary>A sweep was made.</summary>
    /// <param name="took">From when the slices were told until all had moved.</param>
    /// <param name="exchange">Of that, what the model calls did not take.</param>
    /// <param name="update">The largest update; infinite where samples could not be moved.</param>
    internal void Swept(TimeSpan took, TimeSpan exchange, double update)
    {
        _sweepDuration.Record(took.TotalSeconds);
        _sweepExchange.Record(exchange.TotalSeconds);
        if (double.IsFinite(update))
            _sweepUpdate.Record(update);
    }

    /// <summary>Open blocks are begun anew.</summary>
    /// <param name="reason">One of <see cref="RecoveryReason"/>.</param>
    internal void Recovered(string reason) => _recoveries.Add(1, new KeyValuePair<string, object?>(Reason, reason));

    /// <summary>A checkpoint was written.</summary>
    internal void CheckpointWritten(TimeSpan took, int bytes)
    {
        _checkpointDuration.Record(took.TotalSeconds);
        _checkpointSize.Record(bytes);
    }

    /// <summary>A checkpoint was not written.</summary>
    internal void CheckpointFailed() => _checkpointFailures.Add(1);

    /// <summary>This silo leads a job from now on.</summary>
    internal void JobTaken() => _jobsRunning.Add(1);

    /// <summary>This silo leads a job no more, whether or not it has ended.</summary>
    internal void JobLeft() => _jobsRunning.Add(-1);

    /// <summary>A job has come to its end.</summary>
    internal void JobEnded(JobState state) => CountEnded(state, 1);

    /// <summary>What the queue that this silo holds comes to; 0 where another one holds it.</summary>
    internal void Queued(int walked, int queued)
    {
        _batchesWalked.Record(walked);
        _batchesQueued.Record(queued);
    }

    private void CountEnded(JobState state, int jobs) =>
        _jobsEnded.Add(jobs, new KeyValuePair<string, object?>(State, state.ToString().ToLowerInvariant()));

    private void Begin()
    {
        foreach (var reason in RecoveryReason.All)
            _recoveries.Add(0, new KeyValuePair<string, object?>(Reason, reason));
        foreach (var state in Enum.GetValues<JobState>().Where(state => state.IsFinal()))
            CountEnded(state, 0);
        _checkpointFailures.Add(0);
        _jobsRunning.Add(0);
        Queued(walked: 0, queued: 0);
    }
}
