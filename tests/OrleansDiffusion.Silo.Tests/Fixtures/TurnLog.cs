using System.Collections.Immutable;
using OrleansDiffusion.Contracts.Jobs;

namespace OrleansDiffusion.Silo.Tests.Fixtures;

/// <summary>Which batches had their turn, in order, and how many at a time.</summary>
internal sealed class TurnLog
{
    private readonly Lock _gate = new();
    private readonly HashSet<string> _walked = [];
    private readonly List<string> _begun = [];
    private readonly List<string> _ended = [];

    /// <summary>Batches as job/batch, in the order in which they began.</summary>
    public ImmutableArray<string> Begun
    {
        get
        {
            lock (_gate)
                return [.. _begun];
        }
    }

    /// <summary>Batches as job/batch, in the order in which they were done.</summary>
    public ImmutableArray<string> Ended
    {
        get
        {
            lock (_gate)
                return [.. _ended];
        }
    }

    /// <summary>Most batches that were walked at a time.</summary>
    public int Most { get; private set; }

    /// <summary>Takes in a grain call.</summary>
    public async Task Note(IIncomingGrainCallContext call)
    {
        if (call is { Grain: IBatchOwner, MethodName: nameof(IBatchOwner.Queued) } && call.Request.GetArgument(1) is null)
            Begin(BatchOf(call));
        else if (call is { Grain: IBatchOwner, MethodName: nameof(IBatchOwner.Done) })
            End(BatchOf(call));
        await call.Invoke();
    }

    private static string BatchOf(IIncomingGrainCallContext call) => $"{call.TargetId.Key}/{call.Request.GetArgument(0)}";

    private void Begin(string batch)
    {
        lock (_gate)
        {
            _walked.Add(batch);
            _begun.Add(batch);
            Most = Math.Max(Most, _walked.Count);
        }
    }

    private void End(string batch)
    {
        lock (_gate)
        {
            if (_walked.Remove(batch))
                _ended.Add(batch);
        }
    }
}
