using System.Collections.Immutable;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OrleansDiffusion.Contracts.Keys;
using OrleansDiffusion.Contracts.Sweeps;
using OrleansDiffusion.Grid.Exchange;
using OrleansDiffusion.Grid;
using OrleansDiffusion.Nodes.Devices;
using OrleansDiffusion.Grid.Placement;
using OrleansDiffusion.Nodes.Planning;
using Orleans.Concurrency;
using Orleans.Streams;
using Orleans.Streams.Core;

namespace OrleansDiffusion.Nodes.Slices;

/// <summary>
/// A silo's end of a batch's exchange in an epoch. Messages only leave their mark and return; sweeps are made beside them,
/// so that maps come in while the model is asked.
/// </summary>
[GrainType(GridNames.SliceType), ImplicitStreamSubscription(GridNames.SliceStreams), TimelinePlacement, Reentrant, KeepAlive]
internal sealed partial class SliceGrain(
    JobSetups setups, DevicePool devices, HeldSlices held, ISweepExchange exchange, ILocalSiloDetails silo,
    [FromKeyedServices(GridNames.Time)] TimeProvider time, ILogger<SliceGrain> logger)
    : LedGrain, ISliceGrain, IStreamSubscriptionObserver, IDisposable
{
    // Longer than a sweep may take. Who is not told anything is of a supervisor that is gone.
    private static readonly TimeSpan LongestSilence = TimeSpan.FromMinutes(15);

    private readonly SemaphoreSlim _gate = new(1); // opening and closing take time, and calls of both may interleave
    private readonly CancellationTokenSource _cancelled = new();
    private SliceSpec? _spec;
    private SliceRun? _run;
    private IGrainTimer? _silence;
    private int _sweep;         // the last one that was begun
    private SweepMessage? _said; // what was said of it
    private Task _sweeping = Task.CompletedTask;
    private long _heard; // messages

    private SliceKey Key => SliceKey.Parse(this.GetPrimaryKeyString());

    public async Task Open(SliceSpec spec, CancellationToken cancellationToken = default)
    {
        IsLed = true;
        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (_run is not null)
                return;
            RequireHome(spec.Silo, silo.SiloAddress);
            using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _cancelled.Token);
            await Open(spec, Key, ending.Token);
        }
        finally
        {
            _gate.Release();
        }
    }

    public Task<SliceState> Ping()
    {
        LeaveUnlessLed();
        return Task.FromResult(new SliceState(_heard, Waits: _sweeping.IsCompleted || _run is null or { WaitsForMap: true }));
    }

    public Task Receive(SweepMessage message)
    {
        Take(message);
        LeaveUnlessLed();
        return Task.CompletedTask;
    }

    public Task OnSubscribed(IStreamSubscriptionHandleFactory handleFactory) =>
        handleFactory.Create<SweepMessage>().ResumeAsync((message, _) => Receive(message));

    public Task<ImmutableArray<byte[]>> Exits(int sweep, int block, ImmutableArray<int> samples)
    {
        LeaveUnlessLed();
        return _run is not null && _sweep == sweep && _said is Moved
            ? _run.Exits(block, samples)
            : throw new InvalidOperationException($"sweep {sweep} is not the last that was made here");
    }

    public Task Keep(int sweep, ImmutableArray<NodeCopy> copies)
    {
        LeaveUnlessLed();
        _run?.Keep(sweep, copies);
        return Task.CompletedTask;
    }

    public async Task<Iterates?> HandOver(int block, int node) =>
        await EndSweeps() is { } run ? await run.HandOver(block, node) : null;

    public async Task Close()
    {
        await _cancelled.CancelAsync();
        await _gate.WaitAsync();
        try
        {
            await LetGo();
        }
        finally
        {
            _gate.Release();
        }

        DeactivateOnIdle();
    }

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        await _cancelled.CancelAsync();
        if (_run is not null)
            Forget();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _cancelled.Dispose();
        _gate.Dispose();
    }

    private async Task Open(SliceSpec spec, SliceKey key, CancellationToken cancellationToken)
    {
        var setup = await setups.Take(spec.Batch, cancellationToken);
        if (!held.TryAdd(key))
        {
            setups.Release(spec.Batch);
            throw new InvalidOperationException($"silo {silo.SiloAddress} is about to stop");
        }

        _spec = spec;
        _run = new SliceRun(spec, key.Slice, setup, exchange, GrainFactory, devices.Executors.Count, time, logger);
        _silence = this.RegisterGrainTimer(
            _ => Close(), new GrainTimerCreationOptions(LongestSilence, LongestSilence) { Interleave = true });
        try
        {
            await _run.Open(cancellationToken);
        }
        catch
        {
            await LetGo();
            throw;
        }
    }

    private void Take(SweepMessage message)
    {
        if (_run is null || message.Epoch != _spec!.Epoch)
            return;
        _heard++;
        _silence?.Change(LongestSilence, LongestSilence);
        switch (message)
        {
            case Folded folded:
                _run.Receive(folded);
                break;
            case Go go when go.Sweep > _sweep:
                (_sweep, _said) = (go.Sweep, null);
                _sweeping = Sweep(_run, go, _cancelled.Token);
                break;
            case Go go when go.Sweep == _sweep && _said is not null:
                _ = Say(_said, _cancelled.Token);
                break;
            default:
                break;
        }
    }

    private async Task Sweep(SliceRun run, Go go, CancellationToken cancellationToken)
    {
        SweepMessage outcome;
        try
        {
            outcome = await run.Sweep(go, cancellationToken);
        }
        catch (Exception) when (cancellationToken.IsCancellationRequested)
        {
            return;
        }
        catch (Exception e)
        {
            LogFailed(e, this.GetPrimaryKeyString(), go.Sweep);
            outcome = new SliceFailed(go.Epoch, go.Sweep, Key.Slice, e.Message);
        }

        if (cancellationToken.IsCancellationRequested)
            return;
        _said = outcome;
        await Say(outcome, cancellationToken);
    }

    private async Task Say(SweepMessage message, CancellationToken cancellationToken)
    {
        try
        {
            await exchange.ToSupervisor(_spec!.Batch.Key, message).WaitAsync(cancellationToken);
        }
        catch (Exception) when (cancellationToken.IsCancellationRequested)
        {
            // Nobody waits for it any more.
        }
        catch (Exception e)
        {
            // The supervisor misses it, and begins a new epoch.
            LogNotSaid(e, this.GetPrimaryKeyString(), message.Sweep);
        }
    }

    private async Task<SliceRun?> EndSweeps()
    {
        LeaveUnlessLed();
        await _cancelled.CancelAsync();
        await _sweeping;
        return _run;
    }

    private async Task LetGo()
    {
        var run = _run;

        // Nodes that are closed under a sweep would be woken again by it.
        await _cancelled.CancelAsync();
        await _sweeping;
        if (run is not null)
        {
            Forget();
            await run.Close();
        }
    }

    private void Forget()
    {
        _run = null;
        setups.Release(_spec!.Batch);
        held.Remove(Key);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Slice {Slice}: sweep {Sweep} could not be made")]
    private partial void LogFailed(Exception e, string slice, int sweep);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Slice {Slice}: the supervisor was not told of sweep {Sweep}")]
    private partial void LogNotSaid(Exception e, string slice, int sweep);
}
