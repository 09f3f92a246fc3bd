using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using OrleansDiffusion.Contracts.Keys;
using OrleansDiffusion.Contracts.Sweeps;
using OrleansDiffusion.Grid.Exchange;
using OrleansDiffusion.Grid;
using OrleansDiffusion.Nodes.Devices;
using OrleansDiffusion.Grid.Placement;
using OrleansDiffusion.Nodes.Planning;
using Orleans.Concurrency;

namespace OrleansDiffusion.Nodes.Slices;

/// <summary>
/// A silo's end of a batch's exchange. Messages only leave their mark and return; sweeps are made beside them, so that
/// maps come in while the model is asked.
/// </summary>
[GrainType(GridNames.SliceType), TimelinePlacement, Reentrant, KeepAlive]
internal sealed partial class SliceGrain(
    JobSetups setups, DevicePool devices, ISweepExchange exchange, ILocalSiloDetails silo, ILogger<SliceGrain> logger)
    : LedGrain, ISliceGrain, IDisposable
{
    private readonly SemaphoreSlim _gate = new(1); // opening and closing take time, and calls of both may interleave
    private CancellationTokenSource _cancelled = new();
    private IAsyncDisposable? _listening;
    private SliceSpec? _spec;
    private SliceRun? _run;
    private int _opening;       // the latest epoch that it was told to be ready for
    private int _sweep;         // the last one that was begun
    private SweepMessage? _said; // what was said of it
    private Task _sweeping = Task.CompletedTask;

    public async Task<bool> Open(SliceSpec spec, CancellationToken cancellationToken = default)
    {
        IsLed = true;
        RequireLatest(spec.Epoch);
        if (spec.Epoch == _spec?.Epoch && _run is not null)
            return true;
        _opening = spec.Epoch;
        await _gate.WaitAsync(cancellationToken);
        try
        {
            await LetGo();
            if (!spec.Silo.Equals(silo.SiloAddress))
            {
                await StopListening();
                Relocation.Leave(GrainContext, spec.Silo);
                return false;
            }

            var key = SliceKey.Parse(this.GetPrimaryKeyString());
            _listening ??= await exchange.Listen(key.Batch, asSupervisor: false, Take);
            var setup = await setups.Take(spec.Batch, cancellationToken);
            _run = new SliceRun(spec, key.Slice, setup, exchange, GrainFactory, devices.Executors.Count);
            (_spec, _sweep, _said) = (spec, 0, null);
            RequireLatest(spec.Epoch);
            return true;
        }
        finally
        {
            _gate.Release();
        }
    }

    public Task Receive(SweepMessage message)
    {
        Take(message);
        LeaveUnlessLed();
        return Task.CompletedTask;
    }

    public Task<ImmutableArray<byte[]>> Exits(int epoch, int sweep, int block, ImmutableArray<int> samples)
    {
        LeaveUnlessLed();
        return _run is not null && _spec!.Epoch == epoch && _sweep == sweep && _said is Moved
            ? _run.Exits(block, samples)
            : throw new InvalidOperationException($"sweep {sweep} of epoch {epoch} is not the last that was made here");
    }

    public async Task Close(int epoch)
    {
        if (epoch < _opening)
            return;
        await _cancelled.CancelAsync();
        await _gate.WaitAsync();
        try
        {
            if (epoch < _opening)
                return;
            await LetGo();

            // Before it is gone: what is delivered to a grain that is gone brings it to life again.
            await StopListening();
        }
        finally
        {
            _gate.Release();
        }

        // Unless it was told meanwhile to be ready for another epoch.
        if (epoch >= _opening)
            DeactivateOnIdle();
    }

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        await _cancelled.CancelAsync();
        if (_run is not null)
            setups.Release(_spec!.Batch);
        _run = null;
        await StopListening();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _cancelled.Dispose();
        _gate.Dispose();
    }

    private async Task StopListening()
    {
        var listening = _listening;
        _listening = null;
        if (listening is not null)
            await listening.DisposeAsync();
    }

    private void RequireLatest(int epoch)
    {
        if (epoch < _opening)
            throw new InvalidOperationException($"epoch {epoch} is over, epoch {_opening} is on");
    }

    private void Take(SweepMessage message)
    {
        if (_run is null || message.Epoch != _spec!.Epoch)
            return;
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
            LogFailed(e, this.GetPrimaryKeyString(), go.Epoch, go.Sweep);
            outcome = new SliceFailed(go.Epoch, go.Sweep, SliceKey.Parse(this.GetPrimaryKeyString()).Slice, e.Message);
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
            LogNotSaid(e, this.GetPrimaryKeyString(), message.Epoch, message.Sweep);
        }
    }

    private async Task LetGo()
    {
        var run = _run;
        _run = null;
        await _cancelled.CancelAsync();
        _cancelled.Dispose();
        _cancelled = new CancellationTokenSource();

        // Nodes that are closed under a sweep would be woken again by it.
        await _sweeping;
        if (run is null)
            return;
        setups.Release(_spec!.Batch);
        await run.Close();
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Slice {Slice}: sweep {Sweep} of epoch {Epoch} could not be made")]
    private partial void LogFailed(Exception e, string slice, int epoch, int sweep);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Slice {Slice}: the supervisor was not told of sweep {Sweep} of epoch {Epoch}")]
    private partial void LogNotSaid(Exception e, string slice, int epoch, int sweep);
}
