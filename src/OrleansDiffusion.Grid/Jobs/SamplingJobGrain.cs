using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using OrleansDiffusion.Contracts.Jobs;
using OrleansDiffusion.Contracts.Keys;
using OrleansDiffusion.Contracts.Sweeps;
using Orleans.Concurrency;

namespace OrleansDiffusion.Grid.Jobs;

/// <summary>Keeps a job's record, cuts its samples into batches and has them walked one after the other.</summary>
[GrainType("odiff.job"), Reentrant]
internal sealed partial class SamplingJobGrain(ILogger<SamplingJobGrain> logger) : Grain, ISamplingJobGrain, IBatchOwner
{
    private readonly SortedDictionary<int, SampleValues> _samples = []; // by the first sample
    private readonly List<BatchReport> _batches = [];
    private TaskCompletionSource _changed = Signal();
    private SamplingRequest? _request;
    private JobOutline? _outline;
    private JobState _state = JobState.Unknown;
    private JobProgress? _progress;
    private string? _error;
    private int _batch;

    private string JobId => this.GetPrimaryKeyString();

    public async Task<Refusal?> Submit(SamplingRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (JobId.Contains('/', StringComparison.Ordinal))
            return new Refusal("job", $"must have an id without slashes, was {JobId}");
        if (_request is not null)
            return SameAs(request) ? null : new Refusal("job", $"must have a new id, {JobId} is another request's");

        var planned = await GrainFactory.GetGrain<IPlannerGrain>(0).Plan(request, cancellationToken);
        if (planned.Refusal is not null)
            return planned.Refusal;
        if (_request is not null)
            return await Submit(request, cancellationToken); // submitted twice at once
        (_request, _outline) = (request, planned.Outline!);
        Become(JobState.Accepted);
        await StartBatch();
        Become(JobState.Running);
        return null;
    }

    public Task<JobStatus> Status() => Task.FromResult(new JobStatus(_state, _outline, _error, [.. _batches]));

    public async IAsyncEnumerable<JobProgress> Watch([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        while (true)
        {
            // The state that was told counts below: it may change while the reader has it.
            var (changed, state) = (_changed.Task, _state);
            if (_progress is { } progress)
                yield return progress with { State = state };
            if (state.IsFinal() || state == JobState.Unknown)
                yield break;
            await changed.WaitAsync(cancellationToken);
        }
    }

    public Task<SampleValues> Fetch(int firstSample)
    {
        if (firstSample == _request?.Count)
            return Task.FromResult(new SampleValues(firstSample, []));
        var bytesOfSample = (_outline?.Elements ?? 0) * sizeof(float);
        foreach (var part in _samples.Values)
        {
            var skipped = (long)(firstSample - part.FirstSample) * bytesOfSample;
            if (skipped >= 0 && skipped < part.Values.Length)
                return Task.FromResult(skipped == 0 ? part : new SampleValues(firstSample, part.Values[(int)skipped..]));
        }

        throw new InvalidOperationException($"sample {firstSample} of job {JobId} is not done");
    }

    public async Task Cancel()
    {
        if (_state.IsFinal() || _request is null)
            return;
        Become(JobState.Cancelled);
        await Supervisor().Cancel();
    }

    public Task Progressed(int batch, JobProgress progress)
    {
        if (batch == _batch && !_state.IsFinal())
        {
            _progress = progress;
            Change();
        }

        return Task.CompletedTask;
    }

    public Task Deliver(int batch, SampleValues samples)
    {
        if (batch == _batch && !_state.IsFinal())
            _samples[samples.FirstSample] = samples;
        return Task.CompletedTask;
    }

    public async Task Done(int batch, BatchReport report)
    {
        if (batch != _batch || _state.IsFinal())
            return;
        _batches.Add(report);
        _batch++;
        if (FirstSample() < _request!.Count)
            await StartBatch();
        else
            Become(JobState.Succeeded);
    }

    public Task Failed(int batch, string error)
    {
        if (batch == _batch && !_state.IsFinal())
        {
            _error = error;
            Become(JobState.Failed);
        }

        return Task.CompletedTask;
    }

    // The job was accepted: where it cannot go on it fails, rather than stay as it is for ever.
    private async Task StartBatch()
    {
        try
        {
            await Supervisor().Start(new BatchAssignment(
                new BatchKey(JobId, _batch), _request!, _outline!, FirstSample(),
                Math.Min(_outline!.Batch, _request!.Count - FirstSample())));
        }
        catch (Exception e)
        {
            LogNotStarted(e, JobId, _batch);
            await Failed(_batch, $"batch {_batch} could not be started: {e.Message.ReplaceLineEndings(" ")}");
        }
    }

    private IBlockSupervisorGrain Supervisor() =>
        GrainFactory.GetGrain<IBlockSupervisorGrain>(new BatchKey(JobId, _batch).ToString());

    private int FirstSample() => _batch * _outline!.Batch;

    private bool SameAs(SamplingRequest request) =>
        request.Labels.SequenceEqual(_request!.Labels) && request with { Labels = _request.Labels } == _request;

    private void Become(JobState state)
    {
        if (_state.IsFinal())
            return;
        _state = state;
        LogState(JobId, state);
        Change();
    }

    private void Change()
    {
        var changed = _changed;
        _changed = Signal();
        changed.SetResult();
    }

    private static TaskCompletionSource Signal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    [LoggerMessage(Level = LogLevel.Error, Message = "Batch {Batch} of job {JobId} could not be started")]
    private partial void LogNotStarted(Exception e, string jobId, int batch);

    [LoggerMessage(Level = LogLevel.Information, Message = "Job {JobId} is {State}")]
    private partial void LogState(string jobId, JobState state);
}
