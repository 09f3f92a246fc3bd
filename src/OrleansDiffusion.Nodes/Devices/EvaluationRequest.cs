using OrleansDiffusion.Sampling;
using OrleansDiffusion.Sampling.Picard;

namespace OrleansDiffusion.Nodes.Devices;

/// <summary>A node that is to be evaluated.</summary>
internal sealed class EvaluationRequest(
    IDenoiser model, PicardNode node, bool[] active, EvaluationGroup group, CancellationToken cancellationToken)
{
    // What awaits it runs elsewhere: the device's thread has other things to do.
    private readonly TaskCompletionSource<EvaluationOutcome> _outcome =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    public IDenoiser Model => model;

    public PicardNode Node => node;

    public bool[] Active => active;

    public EvaluationGroup Group => group;

    public Task<EvaluationOutcome> Outcome => _outcome.Task;

    /// <summary>Where it stands; read and written under the executor's lock.</summary>
    public RequestState State { get; set; }

    /// <summary>What is told of the caller's cancellation.</summary>
    public CancellationTokenRegistration Registration { get; set; }

    public void Answer(EvaluationOutcome outcome) => _outcome.TrySetResult(outcome);

    public void Fail(Exception error) => _outcome.TrySetException(error);

    /// <summary>Ends it as cancelled: by its caller, or else because the device is given up.</summary>
    public void Cancel() => _outcome.TrySetCanceled(
        cancellationToken.IsCancellationRequested ? cancellationToken : new CancellationToken(canceled: true));
}
