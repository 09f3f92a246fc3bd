namespace OrleansDiffusion.Contracts.Jobs;

/// <summary>A job, by its id: the one place that says accepted, running, succeeded, failed or cancelled.</summary>
[Alias("odiff.ISamplingJobGrain")]
public interface ISamplingJobGrain : IGrainWithStringKey
{
    /// <summary>Accepts a request and starts it. The same request again changes nothing.</summary>
    /// <returns>Why it is refused; null if it is accepted.</returns>
    [Alias("Submit"), ResponseTimeout(Timeouts.OfModels)]
    Task<Refusal?> Submit(SamplingRequest request, CancellationToken cancellationToken = default);

    /// <summary>The job's record.</summary>
    [Alias("Status")]
    Task<JobStatus> Status();

    /// <summary>
    /// The latest progress now and whenever it changes, until the job has come to its end. A reader that is slow misses
    /// what was overtaken.
    /// </summary>
    [Alias("Watch")]
    IAsyncEnumerable<JobProgress> Watch(CancellationToken cancellationToken = default);

    /// <summary>Samples of batches that are done, as many from the given one on as fit a message; none at the end.</summary>
    /// <param name="firstSample">Index in the job, 0 to the number of samples.</param>
    /// <exception cref="InvalidOperationException">The sample is not done.</exception>
    [Alias("Fetch")]
    Task<SampleValues> Fetch(int firstSample);

    /// <summary>Ends the job, unless it has come to its end.</summary>
    [Alias("Cancel"), ResponseTimeout(Timeouts.OfModels)]
    Task Cancel();
}
