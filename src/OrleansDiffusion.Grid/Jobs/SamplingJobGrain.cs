using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OrleansDiffusion.Contracts;
using OrleansDiffusion.Contracts.Jobs;
using OrleansDiffusion.Contracts.Keys;
using OrleansDiffusion.Contracts.Sweeps;
using OrleansDiffusion.Grid.Admission;
using OrleansDiffusion.Grid.Durability;
using OrleansDiffusion.Storage.Checkpoints;
using OrleansDiffusion.Storage.Objects;
using OrleansDiffusion.Storage.Samples;
using Orleans.Concurrency;

namespace OrleansDiffusion.Grid.Jobs;

/// <summary>
/// Keeps a job's record, cuts its samples into batches and has them walked one after the other, each when it is its turn.
/// What it says is written first; a reminder brings it to life again where its silo died, and while it runs it looks after its
/// supervisor.
/// </summary>
[GrainType("odiff.job"), Reentrant]
internal sealed partial class SamplingJobGrain(
    JobStore records, SampleStore samples, CheckpointStore checkpoints,
    [FromKeyedServices(GridNames.Time)] TimeProvider time, GridMetrics metrics, ILogger<SamplingJobGrain> logger)
    : StoredGrain, ISamplingJobGrain, IBatchOwner, IRemindable, IDisposable
{
    private const string Reminder = "run";
    private static readonly TimeSpan ReminderPeriod = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan WatchPeriod = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestQuestion = TimeSpan.FromSeconds(2);

    private readonly SemaphoreSlim _writing = new(1);
    private readonly List<BatchReport> _batches = [];
    private readonly JobTrace _trace = new();
    private SortedSet<int> _firstSamples = []; // of the parts that are kept
    private TaskCompletionSource _changed = Signal();
    private SamplingRequest? _request;
    private JobOutline? _outline;
    private JobState _state = JobState.Unknown;
    private JobProgress? _progress;
    private int? _place; // in the queue
    private string? _error;
    private DateTimeOffset? _submitted;
    private string? _version; // of the record
    private IGrainTimer? _watch;

    private string JobId => this.GetPrimaryKeyString();

    private int Batch => _batches.Count;

    private BatchKey BatchKey => new(JobId, Batch);

    private IBatchQueueGrain Queue => GrainFactory.GetGrain<IBatchQueueGrain>(0);

    private JobState Told => _state == JobState.Accepted && _place is not null ? JobState.Queued : _state;

    protected override async Task Load(CancellationToken cancellationToken)
    {
        if (!JobStore.IsJobId(JobId) || await records.Read(JobId, cancellationToken) is not { } there)
            return;
        (_request, _outline, _state, _error) = (
            there.Record.Request, there.Record.Outline, there.Record.State, there.Record.Error);
        _batches.AddRange(there.Record.Batches);
        _submitted = there.Record.Submitted;
        _version = there.Version;
        _firstSamples = [.. await samples.FirstSamples(JobId, cancellationToken)];
        if (_state.IsFinal())
            return;
        _trace.Begin(JobId, _request, there.Record.Trace);
        Watch();
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        Unwatch();
        _trace.End(_state, _error);
        return Task.CompletedTask;
    }

    public async Task<Refusal?> Submit(SamplingRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        var caller = TraceContext.Take();
        if (!JobStore.IsJobId(JobId))
            return new Refusal("job", $"must have an id of letters, digits, '.', '-' and '_', was {JobId}");
        if (_request is null && await Plan(request, cancellationToken) is { } refusal)
            return refusal;
        if (RequestDifference.Of(_request!, request) is { } difference)
            return difference;

        // A job that failed goes on from there: what was in its way may be gone. One that could not be written is unknown.
        if (_state is JobState.Unknown or JobState.Failed)
            await Begin(caller, cancellationToken);
        return null;
    }

    public Task<JobStatus> Status() => Task.FromResult(new JobStatus(
        JobId, Told, _outline, _error, [.. _batches], _state == JobState.Unknown ? null : _request, _submitted,
        _state.IsFinal() ? null : _place));

    public async IAsyncEnumerable<JobProgress> Watch([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        while (true)
        {
            // The state that was told counts below: it may change while the reader has it.
            var (changed, state) = (_changed.Task, Told);
            if (_progress is { } progress)
                yield return progress with { State = state };
            if (state.IsFinal() || state == JobState.Unknown)
                yield break;
            await changed.WaitAsync(cancellationToken);
        }
    }

    public async Task<SampleValues> Fetch(int firstSample)
    {
        if (firstSample == _request?.Count)
            return new SampleValues(firstSample, []);
        if (_firstSamples.GetViewBetween(0, Math.Max(0, firstSample)) is { Count: > 0 } before
            && await samples.Read(JobId, before.Max, CancellationToken.None) is { } part)
        {
            var skipped = (long)(firstSample - before.Max) * _outline!.Elements * sizeof(float);
            if (skipped >= 0 && skipped < part.Length)
                return new SampleValues(firstSample, part[(int)skipped..].ToArray());
        }

        throw new InvalidOperationException($"sample {firstSample} of job {JobId} is not done");
    }

    public async Task Cancel()
    {
        if (_request is null || (_state.IsFinal() && _state != JobState.Cancelled))
            return;

        // Who cancels again may do so because the supervisor was not told.
        if (_state != JobState.Cancelled)
            await Become(JobState.Cancelled);
        await Supervisor().Cancel();
        await checkpoints.Discard(BatchKey.ToString(), CancellationToken.None);
    }

    public async Task Queued(int batch, int? place)
    {
        if (batch != Batch || _state.IsFinal())
            return;
        _place = place;
        if (place is null)
        {
            await Run();
            return;
        }

        var isFirst = _progress is null || _progress.FirstSample < FirstSample();
        _progress = isFirst
            ? new JobProgress(Told, FirstSample(), 0, 0, _outline!.StepsOfBlocks.Length, Active: 0, Update: 0, Done: 0, place)
            : _progress! with { Place = place };
        Change();
    }

    public async Task Progressed(int batch, JobProgress progress)
    {
        if (batch != Batch || _state.IsFinal())
            return;
        (_progress, _place) = (progress, null);
        Change();
        await Run();
    }

    public async Task Deliver(int batch, SampleValues part)
    {
        if (batch != Batch || _state.IsFinal())
            return;
        await samples.Write(JobId, part.FirstSample, part.Values, _outline!.Shape, CancellationToken.None);
        _firstSamples.Add(part.FirstSample);
    }

    public async Task Done(int batch, BatchReport report)
    {
        if (batch != Batch || _state.IsFinal())
            return;
        var isLast = FirstSample() + report.Samples == _request!.Count;
        await Become(isLast ? JobState.Succeeded : JobState.Running, report);
        if (!isLast)
            await StartBatch();
    }

    public async Task Failed(int batch, string error)
    {
        if (batch == Batch && !_state.IsFinal())
            await Become(JobState.Failed, error: error);
    }

    // Being alive is all there is to do.
    public Task ReceiveReminder(string reminderName, TickStatus status) =>
        _state.IsFinal() || _state == JobState.Unknown ? this.StopReminding(Reminder) : Task.CompletedTask;

    /// <inheritdoc/>
    public void Dispose() => _writing.Dispose();

    private async Task Begin(string? caller, CancellationToken cancellationToken)
    {
        _trace.Begin(JobId, _request!, caller);
        await this.Remind(Reminder, ReminderPeriod, cancellationToken);
        await Become(JobState.Accepted);
        Watch();
        await StartBatch();
    }

    // Before its model is opened a place in the queue is kept, for who is too many is to be told soon.
    private async Task<Refusal?> Plan(SamplingRequest request, CancellationToken cancellationToken)
    {
        if (!await HasPlace())
            return new Refusal(Option: null, "too many batches wait for their turn", RetryAfter);
        var planned = await GrainFactory.GetGrain<IPlannerGrain>(0).Plan(request, cancellationToken);
        if (planned.Refusal is not null)
            Queue.Leave(BatchKey).Ignore();
        else if (_request is null) // else it was submitted twice at once
            (_request, _outline) = (request, planned.Outline!);
        return planned.Refusal;
    }

    // A queue that is lost is there again soon; nobody is refused for that.
    private async Task<bool> HasPlace()
    {
        try
        {
            return await Queue.Reserve(BatchKey).WaitAsync(LongestQuestion);
        }
        catch (Exception e) when (Unanswered.Is(e))
        {
            LogNoQueue(e, JobId);
            return true;
        }
    }

    // It is its turn, for the first time.
    private async Task Run()
    {
        if (_state == JobState.Accepted)
            await Become(JobState.Running);
    }

    // A supervisor whose silo died comes to life elsewhere when it is told to start, and goes on from its checkpoint.
    private void Watch()
    {
        DelayDeactivation(Timeout.InfiniteTimeSpan); // until the job is over
        if (_watch is not null)
            return;
        metrics.JobTaken();
        _watch = this.RegisterGrainTimer(
            _ => StartBatch(),
            new GrainTimerCreationOptions(WatchPeriod, WatchPeriod) { Interleave = true });
    }

    private void Unwatch()
    {
        if (_watch is null)
            return;
        _watch.Dispose();
        _watch = null;
        metrics.JobLeft();
    }

    private async Task StartBatch()
    {
        if (_state.IsFinal())
            return;
        try
        {
            await Supervisor().Start(new BatchAssignment(
                BatchKey, _request!, _outline!, FirstSample(), Math.Min(_outline!.Batch, _request!.Count - FirstSample()),
                _trace.Id));
        }
        catch (Exception e)
        {
            // It is told again.
            LogNotStarted(e, JobId, Batch);
        }
    }

    private IBlockSupervisorGrain Supervisor() => GrainFactory.GetGrain<IBlockSupervisorGrain>(BatchKey.ToString());

    private int FirstSample() => Batch * _outline!.Batch;

    // Written before it is so: what was said is never taken back.
    private async Task Become(JobState state, BatchReport? report = null, string? error = null)
    {
        await _writing.WaitAsync();
        try
        {
            if (IsOvertaken(state, report))
                return;
            ImmutableArray<BatchReport> batches = report is null ? [.. _batches] : [.. _batches, report];
            var submitted = _submitted ?? time.GetUtcNow();
            await Write(new JobRecord(_request!, _outline!, state, error, batches, submitted, _trace.Id));
            (_state, _error, _submitted) = (state, error, submitted);
            if (report is not null)
            {
                _batches.Add(report);
                _place = null;
            }
        }
        finally
        {
            _writing.Release();
        }

        LogState(JobId, state);
        Change();
        if (!state.IsFinal())
            return;
        metrics.JobEnded(state);
        _trace.End(state, error);
        Unwatch();
        DelayDeactivation(TimeSpan.Zero);
        await this.StopReminding(Reminder);
    }

    // While it waited for others to be written.
    private bool IsOvertaken(JobState state, BatchReport? report) =>
        _state is JobState.Succeeded or JobState.Cancelled
        || (state is JobState.Accepted or JobState.Running && report is null && _state == JobState.Running)
        || (report is not null && report.FirstSample != FirstSample());

    // Each replaces the one before. Who finds another's in its place has been replaced itself.
    private async Task Write(JobRecord record)
    {
        try
        {
            _version = await records.Write(JobId, record, _version, CancellationToken.None);
        }
        catch (StoreConflictException)
        {
            LogReplaced(JobId);
            DeactivateOnIdle();
            throw;
        }
    }

    private void Change()
    {
        var changed = _changed;
        _changed = Signal();
        changed.SetResult();
    }

    private static TaskCompletionSource Signal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The supervisor of batch {Batch} of job {JobId} could not be reached")]
    private partial void LogNotStarted(Exception e, string jobId, int batch);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Job {JobId} does not reach the queue, and is accepted without a place")]
    private partial void LogNoQueue(Exception e, string jobId);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Job {JobId} is kept by another grain; this one leaves")]
    private partial void LogReplaced(string jobId);

    [LoggerMessage(Level = LogLevel.Information, Message = "Job {JobId} is {State}")]
    private partial void LogState(string jobId, JobState state);
}
