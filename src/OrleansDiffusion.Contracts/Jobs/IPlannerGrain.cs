namespace OrleansDiffusion.Contracts.Jobs;

/// <summary>Plans requests where their models can be opened: on a compute silo. Any key.</summary>
[Alias("odiff.IPlannerGrain")]
public interface IPlannerGrain : IGrainWithIntegerKey
{
    /// <summary>Checks a request and says what it comes to.</summary>
    [Alias("Plan"), ResponseTimeout(Timeouts.OfModels)]
    Task<JobPlanned> Plan(SamplingRequest request, CancellationToken cancellationToken = default);
}
