using OrleansDiffusion.Client;
using Polly;

namespace OrleansDiffusion.Cli.Runs;

/// <summary>How often the calls of a job are made. All of them may be made twice.</summary>
internal static class GridCalls
{
    /// <summary>Once: silos of this process are there as long as it is.</summary>
    public static ResiliencePipeline Once => ResiliencePipeline.Empty;

    /// <summary>Again, where the silo that carried or answered one died under it.</summary>
    public static ResiliencePipeline Again { get; } = SamplingCalls.Again(new SamplingClientOptions());

    /// <summary>Makes a call.</summary>
    public static Task<T> Make<T>(
        this ResiliencePipeline calls, Func<CancellationToken, Task<T>> call, CancellationToken cancellationToken) =>
        calls.ExecuteAsync(async token => await call(token).WaitAsync(token), cancellationToken).AsTask();
}
