using System.Diagnostics;
using OrleansDiffusion.Contracts.Jobs;

namespace OrleansDiffusion.Grid.Jobs;

/// <summary>The span of a job, from when this grain began it or took it over until it ends or leaves it.</summary>
internal sealed class JobTrace
{
    private Activity? _span;

    /// <summary>What the spans of batches belong to, a W3C <c>traceparent</c>; null if nothing is traced.</summary>
    public string? Id { get; private set; }

    /// <summary>Begins it, unless it was begun.</summary>
    /// <param name="jobId">The job.</param>
    /// <param name="request">What was asked for.</param>
    /// <param name="parent">What it belongs to; null for nothing.</param>
    public void Begin(string jobId, SamplingRequest request, string? parent)
    {
        if (_span is not null)
            return;
        _span = GridTraces.Start("job", parent);
        Id = _span?.Id ?? parent;
        _span?.SetTag("odiff.job.id", jobId)
            .SetTag("odiff.job.model", request.Model)
            .SetTag("odiff.job.sampler", request.Sampler)
            .SetTag("odiff.job.samples", request.Count);
    }

    /// <summary>Ends it.</summary>
    /// <param name="state">Where the job stands: running, where another grain goes on with it.</param>
    /// <param name="error">Why it failed; null otherwise.</param>
    public void End(JobState state, string? error)
    {
        if (_span is null)
            return;
        _span.SetTag("odiff.job.state", state.ToString().ToLowerInvariant());
        if (state == JobState.Failed)
            _span.SetStatus(ActivityStatusCode.Error, error);
        GridTraces.End(_span);
        _span = null;
    }
}
