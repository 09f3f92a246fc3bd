using System.Collections.Immutable;
using System.Diagnostics;
using OrleansDiffusion.Cli.Runs;
using OrleansDiffusion.Contracts.Jobs;

namespace OrleansDiffusion.Chaos.Tests.Jobs;

/// <summary>A job that is under way, as the command line's client runs it, and what was heard of it.</summary>
internal sealed class JobRun : IProgress<JobProgress>
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(5);

    private readonly CancellationTokenSource _ending = CancellationTokenSource.CreateLinkedTokenSource(
        TestContext.Current.CancellationToken);

    private readonly Lock _lock = new();
    private readonly List<Heard> _heard = [];
    private readonly List<(Func<JobProgress, bool> IsMet, TaskCompletionSource Met)> _awaited = [];
    private readonly Task<FinishedJob> _running;

    private JobRun(IGrainFactory grains, SamplingRequest request, string id, TimeSpan deadline)
    {
        Id = id;
        _ending.CancelAfter(deadline);
        _running = Run(grains, request);
    }

    public string Id { get; }

    public bool IsOver => _running.IsCompleted;

    /// <summary>What was heard last.</summary>
    public JobProgress Last
    {
        get
        {
            lock (_lock)
                return _heard[^1].Progress;
        }
    }

    /// <summary>Submits a job, or goes on with the one of that id.</summary>
    public static JobRun Start(
        IGrainFactory grains, SamplingRequest request, string? id = null, TimeSpan? deadline = null) =>
        new(grains, request, id ?? GridRun.NewJobId(), deadline ?? Deadline);

    /// <summary>Waits for a progress message; fails if the job ends before.</summary>
    public async Task When(Func<JobProgress, bool> isMet)
    {
        var met = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
            _awaited.Add((isMet, met));
        if (await Task.WhenAny(met.Task, _running) != met.Task)
        {
            await _running;
            Assert.Fail("the job was done before the fault could be made");
        }
    }

    /// <summary>Waits for its end, with a deadline.</summary>
    public Task<FinishedJob> End() => _running;

    /// <summary>Is not interested any more; the job goes on.</summary>
    public async Task<IReadOnlyList<Heard>> Abandon()
    {
        await _ending.CancelAsync();
        await ((Task)_running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return _heard;
    }

    public void Report(JobProgress value)
    {
        lock (_lock)
        {
            _heard.Add(new Heard(Stopwatch.GetTimestamp(), value));
            foreach (var (_, met) in _awaited.Where(awaited => awaited.IsMet(value)))
                met.TrySetResult();
        }
    }

    private async Task<FinishedJob> Run(IGrainFactory grains, SamplingRequest request)
    {
        var token = _ending.Token;
        var run = await GridRun.Plan(grains, request, GridCalls.Again, kept: Id, token);
        var samples = new List<float>();
        var batches = ImmutableArray.CreateBuilder<BatchReport>();
        await foreach (var batch in run.Draw(this, token))
        {
            samples.AddRange(batch.Values);
            batches.Add(batch.Report);
        }

        return new FinishedJob(Id, [.. samples], batches.ToImmutable(), _heard);
    }
}
