using OrleansDiffusion.Contracts.Jobs;
using OrleansDiffusion.Contracts.Silos;

namespace OrleansDiffusion.Client;

/// <summary>Submits, watches, lists and cancels jobs, and reads their samples.</summary>
/// <remarks>
/// Everything may be called again with the same arguments, and is tried again where a silo, a gateway or a connection was
/// lost. Any method throws <see cref="SamplingUnavailableException"/> when that does not help, and
/// <see cref="SamplingClientException"/> for what else was answered. It is safe for concurrent use.
/// </remarks>
public interface ISamplingClient
{
    /// <summary>Says what a request comes to, and runs nothing.</summary>
    /// <param name="request">What would be asked for.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="RequestRefusedException">The request cannot be run; it says why.</exception>
    Task<JobOutline> PlanAsync(SamplingRequest request, CancellationToken cancellationToken = default);

    /// <summary>
    /// Has a request run as a job. The same again changes nothing, or goes on with a job that has failed.
    /// </summary>
    /// <param name="jobId">The caller's id of it: letters, digits, <c>.</c>, <c>-</c> and <c>_</c>. <see cref="JobIds.New"/> makes one.</param>
    /// <param name="request">What is asked for.</param>
    /// <param name="cancellationToken">Ends the call; the job may have been accepted then.</param>
    /// <exception cref="RequestRefusedException">
    /// The request cannot be run, or another one was submitted under this id; it says why.
    /// </exception>
    Task SubmitAsync(string jobId, SamplingRequest request, CancellationToken cancellationToken = default);

    /// <summary>A job's record.</summary>
    /// <param name="jobId">The job.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="JobNotFoundException">There is no such job.</exception>
    Task<JobStatus> GetAsync(string jobId, CancellationToken cancellationToken = default);

    /// <summary>All jobs, in the descending order of their ids: the newest first where <see cref="JobIds.New"/> made them.</summary>
    /// <param name="cancellationToken">Ends the listing.</param>
    IAsyncEnumerable<JobSummary> ListAsync(CancellationToken cancellationToken = default);

    /// <summary>A page of <see cref="ListAsync"/>.</summary>
    /// <param name="below">Only jobs of smaller ids: <see cref="JobPage.Next"/> of the page before; null for the first page.</param>
    /// <param name="most">How many, 1 to 1000.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    Task<JobPage> GetPageAsync(string? below, int most, CancellationToken cancellationToken = default);

    /// <summary>Ends a job, unless it has come to its end.</summary>
    /// <param name="jobId">The job.</param>
    /// <param name="cancellationToken">Ends the call; the job may have been cancelled then.</param>
    /// <returns>Its record afterwards.</returns>
    /// <exception cref="JobNotFoundException">There is no such job.</exception>
    Task<JobStatus> CancelAsync(string jobId, CancellationToken cancellationToken = default);

    /// <summary>
    /// A job's latest progress now and whenever it changes. The last one, and no other, has a state that is final
    /// (<see cref="JobStates.IsFinal"/>); it comes once, however often the connection was lost. A reader that is slow misses
    /// what was overtaken, but never that.
    /// </summary>
    /// <param name="jobId">The job.</param>
    /// <param name="cancellationToken">Ends the watching.</param>
    /// <exception cref="JobNotFoundException">There is no such job, or its record was lost.</exception>
    IAsyncEnumerable<JobProgress> WatchAsync(string jobId, CancellationToken cancellationToken = default);

    /// <summary>A job's samples in their order, each once, batch by batch as they are done, up to the last one.</summary>
    /// <param name="jobId">The job.</param>
    /// <param name="first">The first to be read, 0 or more: a reader that was ended goes on with the one after its last.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="JobNotFoundException">There is no such job, or its record was lost.</exception>
    /// <exception cref="JobFailedException">The job failed or was cancelled; what was done before was read.</exception>
    IAsyncEnumerable<Sample> SamplesAsync(string jobId, int first = 0, CancellationToken cancellationToken = default);

    /// <summary>
    /// What the samples look like that are under way: those of the batch that is being sampled, the first ones of many.
    /// Costs no model call.
    /// </summary>
    /// <param name="jobId">The job.</param>
    /// <param name="most">How many at most, positive. Fewer come where they are large.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>Their previews, in their order; none where no batch is under way.</returns>
    /// <exception cref="JobNotFoundException">There is no such job.</exception>
    Task<IReadOnlyList<SamplePreview>> PreviewAsync(
        string jobId, int most = 64, CancellationToken cancellationToken = default);

    /// <summary>The models that can be asked for by name.</summary>
    /// <param name="cancellationToken">Ends the call.</param>
    Task<IReadOnlyList<ModelSummary>> GetModelsAsync(CancellationToken cancellationToken = default);

    /// <summary>The silos of the cluster, with what their devices have to do.</summary>
    /// <param name="cancellationToken">Ends the call.</param>
    Task<IReadOnlyList<SiloSummary>> GetSilosAsync(CancellationToken cancellationToken = default);
}
