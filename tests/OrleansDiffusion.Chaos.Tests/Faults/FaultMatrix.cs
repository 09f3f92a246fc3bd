using System.Diagnostics;
using OrleansDiffusion.Chaos.Tests.Cluster;
using OrleansDiffusion.Chaos.Tests.Jobs;

namespace OrleansDiffusion.Chaos.Tests.Faults;

/// <summary>The cluster that faults are made in, the undisturbed run, and what the faults cost.</summary>
public sealed class FaultMatrix : IAsyncLifetime
{
    internal const int ControlSilos = 2;
    internal const int ComputeSilos = 3;
    internal const int MostBatches = 10;
    internal const int Block = 3; // of the first or the second batch, in which faults begin

    private const int MostTries = 3; // until no sweep is late

    private readonly List<FaultRow> _rows = [];
    private FinishedJob? _undisturbed;

    internal FaultCluster Cluster { get; } = new();

    internal FinishedJob Undisturbed => _undisturbed!;

    public async ValueTask InitializeAsync()
    {
        await Cluster.Heal(ControlSilos, ComputeSilos);
        for (var i = 0; i < MostTries && (_undisturbed is not { Recoveries: 0 } || !IsHeard(batch: 0) || !IsHeard(batch: 1)); i++)
            _undisturbed = await JobRun.Start(Cluster.Grains, ChaosRequest.Of(MostBatches)).End();
        Assert.Equal(0, _undisturbed!.Recoveries);
    }

    public ValueTask DisposeAsync() => Cluster.DisposeAsync();

    /// <summary>The sweep of a batch that is the first, one in the middle or the last but one of the <see cref="Block"/>.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="share">0 for the first to 1 for the last.</param>
    internal int SweepOf(int batch, double share)
    {
        var sweeps = Sweeps(batch);
        return sweeps[0] + (int)(share * (sweeps[^1] - sweeps[0]));
    }

    /// <summary>Runs a job, disturbs it, notes what the fault cost, and asserts that it cost no more than time.</summary>
    /// <param name="fault">The fault.</param>
    /// <param name="batch">The batch that it falls into.</param>
    /// <param name="share">Where in the <see cref="Block"/> it does, as in <see cref="SweepOf"/>.</param>
    /// <param name="disturb">Makes it.</param>
    /// <param name="batches">How many batches the job has.</param>
    /// <param name="id">The job's id; null for a new one.</param>
    /// <param name="cluster">Where it runs; null for <see cref="Cluster"/>.</param>
    internal async Task<FinishedJob> Disturb(
        string fault, int batch, double share, Func<JobRun, Task> disturb, int batches = 2, string? id = null,
        FaultCluster? cluster = null)
    {
        cluster ??= Cluster;
        var job = JobRun.Start(cluster.Grains, ChaosRequest.Of(batches), id);
        await Reach(job, batch, share);
        var begun = Stopwatch.GetTimestamp();
        await disturb(job);
        var done = await job.End();
        await Note(fault, begun, done.Heard, done, batches, cluster);
        return done;
    }

    /// <summary>Waits until a job has made a sweep, as in <see cref="SweepOf"/>.</summary>
    internal Task Reach(JobRun job, int batch, double share)
    {
        var (first, sweep) = (batch * ChaosRequest.SamplesOfBatch, SweepOf(batch, share));
        return job.When(step => step.FirstSample > first || (step.FirstSample == first && step.Sweep >= sweep));
    }

    /// <summary>Notes what a fault cost, and asserts that it cost no more than time.</summary>
    /// <param name="fault">The fault.</param>
    /// <param name="begun">When it began, a timestamp.</param>
    /// <param name="heard">What was heard of the job.</param>
    /// <param name="job">The job.</param>
    /// <param name="batches">How many batches it has.</param>
    /// <param name="cluster">Where it ran.</param>
    internal async Task Note(
        string fault, long begun, IEnumerable<Heard> heard, FinishedJob job, int batches, FaultCluster cluster)
    {
        var distance = job.DistanceFrom(Undisturbed, batches);
        var row = new FaultRow(
            fault, Recovery(begun, [.. heard]), job.Rounds(batches) - Undisturbed.Rounds(batches), job.Recoveries, distance);
        Write(row);

        await job.IsComplete(Undisturbed, batches, cluster.Store.Objects);
    }

    /// <summary>Notes a fault that no job survives.</summary>
    internal void NoteFailure(string fault) =>
        Write(new FaultRow(fault, Recovery: null, ExtraSweeps: null, Recoveries: 0, Distance: null));

    // Of the block that faults begin in. Progress overtakes itself where the machine is busy.
    private List<int> Sweeps(int batch) =>
    [
        .. Undisturbed.Heard.Select(heard => heard.Progress)
            .Where(step => step.FirstSample == batch * ChaosRequest.SamplesOfBatch && step.Block == Block)
            .Select(step => step.Sweep),
    ];

    private bool IsHeard(int batch) => Sweeps(batch).Count > 0;

    // The sweep that was under way may still be heard of.
    private static TimeSpan? Recovery(long begun, List<Heard> heard)
    {
        var last = heard.Last(step => step.At <= begun).Progress;
        var next = heard.Find(step => step.At > begun
            && (step.Progress.FirstSample > last.FirstSample || step.Progress.Sweep > last.Sweep + 1));
        return next is null ? null : Stopwatch.GetElapsedTime(begun, next.At);
    }

    private void Write(FaultRow row)
    {
        _rows.Add(row);
        TestContext.Current.TestOutputHelper?.WriteLine($"{FaultRow.Header}\n{row}");
        if (Environment.GetEnvironmentVariable("ODIFF_FAULT_MATRIX") is { Length: > 0 } file)
            File.WriteAllText(file, string.Join('\n', [FaultRow.Header, .. _rows]) + "\n");
    }
}
