namespace OrleansDiffusion.Contracts.Jobs;

/// <summary>Plans requests where their models can be opened: on a compute silo. Any key.</summary>
[Alias("odiff.IPlannerGrain")]
public interface IPlannerGrain : IGrainWithIntegerKey
{
    /// <summary>Checks a request and says what it comes to. It opens the model, which can take a while.</summary>
    [Alias("Plan"), ResponseTimeout("00:10:00")]
    Task<JobPlanned> Plan(SamplingRequest request, CancellationToken cancellationToken = default);
}
