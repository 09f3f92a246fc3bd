using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OrleansDiffusion.Contracts;
using OrleansDiffusion.Contracts.Jobs;
using OrleansDiffusion.Contracts.Manifests;
using OrleansDiffusion.Grid.Durability;
using OrleansDiffusion.Storage.Objects;
using Orleans.Concurrency;

namespace OrleansDiffusion.Grid.Manifests;

/// <summary>
/// Keeps a manifest and has its parts drawn, a few at a time: of no more of them it holds anything in memory. A reminder brings
/// it to life again where its silo died.
/// </summary>
[GrainType("odiff.manifest"), Reentrant]
internal sealed partial class ManifestGrain(
    ManifestStore store, [FromKeyedServices(GridNames.Time)] TimeProvider time, ILogger<ManifestGrain> logger)
    : StoredGrain, IManifestGrain, IRemindable, IDisposable
{
    private const string Reminder = "run";
    private const int PartsAtOnce = 4;
    private static readonly TimeSpan ReminderPeriod = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _writing = new(1);
    private readonly CancellationTokenSource _left = new();
    private CancellationTokenSource _ended = new();
    private ManifestRecord? _record;
    private string? _version; // of the record
    private Task _running = Task.CompletedTask;
    private long _succeeded;
    private long _failed;

    private string Id => this.GetPrimaryKeyString();

    private bool IsRunning => _record?.State == JobState.Running;

    protected override async Task Load(CancellationToken cancellationToken)
    {
        if (!JobStore.IsJobId(Id) || await store.Read(Id, cancellationToken) is not { } there)
            return;
        (_record, _version) = there;
        (_succeeded, _failed) = (_record.Succeeded, _record.Failed);
        if (IsRunning)
            Start();
    }

    public async Task<Refusal?> Begin(ManifestTerms terms)
    {
        if (!JobStore.IsJobId(Id))
            return new Refusal("manifest", $"must have an id of letters, digits, '.', '-' and '_', was {Id}");
        if (_record is { } begun)
        {
            return begun.Terms.Defaults == terms.Defaults
                ? null
                : new Refusal("manifest", $"{Id} was begun with other defaults: {begun.Terms.Defaults}");
        }

        try
        {
            LineReader.DefaultsOf(terms);
        }
        catch (JsonException e)
        {
            return new Refusal("defaults", $"cannot be used: {LineReader.MistakeIn(e)}");
        }

        await Write(_ => new ManifestRecord(terms, JobState.Accepted, 0, 0, 0, 0, 0, time.GetUtcNow()));
        return null;
    }

    public async Task<Refusal?> Append(int part, byte[] lines)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(part);
        if (_record is null)
            throw new InvalidOperationException($"manifest {Id} has not begun");
        return await store.WriteLines(Id, part, lines, CancellationToken.None)
            ? null
            : new Refusal("manifest", $"{Id} was begun with other lines from line {FirstLine(part)} on");
    }

    public async Task<Refusal?> Complete(int parts, long lines)
    {
        if (_record is null)
            throw new InvalidOperationException($"manifest {Id} has not begun");
        if (_record.State != JobState.Accepted && (_record.Parts, _record.Lines) != (parts, lines))
            return new Refusal("manifest", $"{Id} was begun with {_record.Lines} lines, has {lines}");
        if (_record.State is JobState.Running or JobState.Succeeded)
            return null;
        await _running; // of a run that was cancelled
        await this.Remind(Reminder, ReminderPeriod);
        var isBegun = false; // else it was completed twice at once
        await Write(record =>
        {
            isBegun = record!.State != JobState.Running;
            return isBegun ? record with { State = JobState.Running, Parts = parts, Lines = lines, Run = record.Run + 1 } : record;
        });
        if (isBegun)
            Start();
        return null;
    }

    public Task<ManifestStatus> Status() => Task.FromResult(_record is { } record
        ? new ManifestStatus(Id, record.State, record.Lines, _succeeded, _failed, record.Parts, record.Submitted)
        : new ManifestStatus(Id, JobState.Unknown, 0, 0, 0, 0, null));

    public async Task<byte[]?> Results(int part) => (await store.Results(Id, part, CancellationToken.None))?.ToArray();

    public async Task Cancel()
    {
        if (_record is null || _record.State.IsFinal())
            return;
        await Write(record => record! with { State = JobState.Cancelled, Succeeded = _succeeded, Failed = _failed });
        await _ended.CancelAsync();
        await _running;
        await this.StopReminding(Reminder);
    }

    // Being alive is mostly all there is to do.
    public Task ReceiveReminder(string reminderName, TickStatus status)
    {
        if (!IsRunning)
            return this.StopReminding(Reminder);
        if (_running.IsCompleted)
            Start();
        return Task.CompletedTask;
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken) => _left.CancelAsync();

    /// <inheritdoc/>
    public void Dispose()
    {
        _writing.Dispose();
        _ended.Dispose();
        _left.Dispose();
    }

    private void Start()
    {
        DelayDeactivation(Timeout.InfiniteTimeSpan); // until it is over
        _ended.Dispose();
        _ended = CancellationTokenSource.CreateLinkedTokenSource(_left.Token);
        (_succeeded, _failed) = (0, 0);
        _running = Run(_record!, _ended.Token);
    }

    private async Task Run(ManifestRecord record, CancellationToken cancellationToken)
    {
        try
        {
            var run = new PartRun(Id, record.Run, GrainFactory, time, logger);
            var reader = new LineReader(record.Terms);
            var drawn = new List<Task>();
            for (var part = 0; part < record.Parts; part++)
            {
                if (drawn.Count == PartsAtOnce)
                    drawn.Remove(await Task.WhenAny(drawn));
                cancellationToken.ThrowIfCancellationRequested();
                drawn.Add(RunPart(run, reader, record.Run, part, cancellationToken));
            }

            await Task.WhenAll(drawn);
            await End(cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            LogEnded(Id);
        }
        catch (Exception e)
        {
            LogFailed(e, Id); // the reminder has it tried again
        }
        finally
        {
            DelayDeactivation(TimeSpan.Zero);
        }
    }

    private async Task End(CancellationToken cancellationToken)
    {
        await Insist(
            async () =>
            {
                await Write(record => record!.State.IsFinal() ? record : record with
                {
                    State = _failed == 0 ? JobState.Succeeded : JobState.Failed, Succeeded = _succeeded, Failed = _failed,
                });
                await this.StopReminding(Reminder);
                return true;
            },
            cancellationToken);
    }

    // What was done in this run or is done for good is not done again.
    private async Task RunPart(PartRun run, LineReader reader, int number, int part, CancellationToken cancellationToken)
    {
        var results = ResultLines.Read(await Insist(() => store.Results(Id, part, cancellationToken), cancellationToken));
        if (!results.Any(result => result.Run == number))
        {
            var done = results.Where(result => result.State == JobState.Succeeded).ToDictionary(result => result.Line);
            var lines = reader.Read(
                await Insist(() => store.Lines(Id, part, cancellationToken), cancellationToken) ?? default, FirstLine(part));
            var left = lines.Where(line => !done.ContainsKey(line.Number)).ToList();
            results = [.. done.Values, .. await run.Draw(part, left, () => !IsRunning, cancellationToken)];
            if (left.Count > 0)
            {
                await Insist(
                    async () =>
                    {
                        await store.WriteResults(Id, part, ResultLines.Write(results), cancellationToken);
                        return true;
                    },
                    cancellationToken);
            }
        }

        _succeeded += results.Count(result => result.State == JobState.Succeeded);
        _failed += results.Count(result => result.State == JobState.Failed);
    }

    // A store that is away is waited for, and so is a table of reminders.
    private async Task<T> Insist<T>(Func<Task<T>> call, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return await call();
            }
            catch (Exception e) when (e is IOException || Unanswered.Is(e, cancellationToken))
            {
                LogAgain(e, Id);
                await Task.Delay(Pause, time, cancellationToken);
            }
        }
    }

    private static long FirstLine(int part) => ((long)part * IManifestGrain.LinesOfPart) + 1;

    // Written before it is so. Who finds another's record in its place has been replaced itself.
    private async Task Write(Func<ManifestRecord?, ManifestRecord> change)
    {
        await _writing.WaitAsync();
        try
        {
            var record = change(_record);
            _version = await store.Write(Id, record, _version, CancellationToken.None);
            _record = record;
            LogState(Id, record.State);
        }
        catch (StoreConflictException)
        {
            await _left.CancelAsync();
            DeactivateOnIdle();
            throw;
        }
        finally
        {
            _writing.Release();
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Manifest {Manifest} is {State}")]
    private partial void LogState(string manifest, JobState state);

    [LoggerMessage(Level = LogLevel.Information, Message = "Manifest {Manifest} ends before its end")]
    private partial void LogEnded(string manifest);

    [LoggerMessage(Level = LogLevel.Error, Message = "Manifest {Manifest} cannot go on; it is tried again")]
    private partial void LogFailed(Exception e, string manifest);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Manifest {Manifest} waits for its store")]
    private partial void LogAgain(Exception e, string manifest);
}
