namespace OrleansDiffusion.Nodes.Devices;

/// <summary>Requests of one model that are being answered. All but <see cref="Token"/> is used under the executor's lock.</summary>
internal sealed class DeviceCall : IDisposable
{
    private readonly CancellationTokenSource _cancellation = new();
    private int _wanted;

    public DeviceCall(IReadOnlyList<QueuedGroup> groups)
    {
        Groups = groups;
        foreach (var request in groups.SelectMany(group => group.Members))
        {
            request.State = RequestState.Running;
            _wanted++;
        }
    }

    public IReadOnlyList<QueuedGroup> Groups { get; }

    /// <summary>Cancelled when nobody asks for any of the answers any more.</summary>
    public CancellationToken Token => _cancellation.Token;

    /// <summary>Takes a request as cancelled. Its node is in use, so that its caller is only told when it is free.</summary>
    public void Abandon(EvaluationRequest request)
    {
        request.State = RequestState.Abandoned;
        if (--_wanted == 0)
            Cancel();
    }

    /// <summary>Takes a request as answered.</summary>
    public void Finish(EvaluationRequest request)
    {
        if (request.State == RequestState.Running && --_wanted == 0)
            Cancel();
        request.State = RequestState.Done;
    }

    /// <summary>Ends the call as soon as the model returns.</summary>
    public void Cancel() => _cancellation.Cancel();

    public void Dispose() => _cancellation.Dispose();
}
