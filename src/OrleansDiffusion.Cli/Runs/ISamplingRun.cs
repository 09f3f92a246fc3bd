using OrleansDiffusion.Contracts.Jobs;

namespace OrleansDiffusion.Cli.Runs;

/// <summary>A request that was planned, and is sampled within this process or by a grid.</summary>
internal interface ISamplingRun
{
    /// <summary>The job's id.</summary>
    string JobId { get; }

    /// <summary>What the request comes to.</summary>
    JobOutline Outline { get; }

    /// <summary>Draws the batches, in their order.</summary>
    /// <param name="progress">Told how far the run has come.</param>
    /// <param name="cancellationToken">Ends the run.</param>
    /// <exception cref="SamplingFailedException">The run could not be finished.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    IAsyncEnumerable<DrawnBatch> Draw(IProgress<JobProgress> progress, CancellationToken cancellationToken);
}
