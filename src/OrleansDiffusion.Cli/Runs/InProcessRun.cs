using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using OrleansDiffusion.Contracts.Jobs;
using OrleansDiffusion.Models;
using OrleansDiffusion.Nodes.Planning;
using OrleansDiffusion.Sampling;
using OrleansDiffusion.Sampling.Picard;

namespace OrleansDiffusion.Cli.Runs;

/// <summary>Samples without Orleans, parallel in time or one step after the other.</summary>
internal sealed class InProcessRun : ISamplingRun, IDisposable
{
    private readonly Model _model;
    private readonly SamplingPlan _plan;

    private InProcessRun(Model model, SamplingPlan plan)
    {
        _model = model;
        _plan = plan;
        Outline = plan.Outline(model) with
        {
            PointsPerNode = plan.IsSequential ? 1 : plan.Timeline.Blocks.Max(block => block.Steps.Length),
        };
    }

    public string JobId { get; } = Guid.CreateVersion7().ToString();

    public JobOutline Outline { get; }

    /// <summary>Opens the model and plans a request.</summary>
    /// <param name="request">What is asked for.</param>
    /// <param name="isSequential">Whether the steps are to be taken one after the other.</param>
    /// <exception cref="InvalidOptionException">An option out of its range, or not taken by the sampler or model.</exception>
    /// <exception cref="ModelFormatException">There is no such model, or its files cannot be used.</exception>
    public static InProcessRun Open(SamplingRequest request, bool isSequential)
    {
        var model = Catalogue.Open(request.Model);
        try
        {
            return new InProcessRun(
                model, isSequential ? SamplingPlan.ForSequential(request, model) : SamplingPlan.For(request, model));
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    public async IAsyncEnumerable<DrawnBatch> Draw(
        IProgress<JobProgress> progress, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var first = 0; first < _plan.Count; first += _plan.Batch)
        {
            var listener = new Listener(progress, first);
            yield return await Task.Run(() => DrawBatch(listener, cancellationToken), cancellationToken);
        }
    }

    public void Dispose() => _model.Dispose();

    private DrawnBatch DrawBatch(Listener listener, CancellationToken cancellationToken)
    {
        var first = listener.FirstSample;
        var samples = Math.Min(_plan.Batch, _plan.Count - first);
        using var result = _plan.IsSequential
            ? new SequentialSampler(_model.Denoiser, _plan.Timeline)
                .Sample(_plan.Seed, first, samples, _plan.Conditions, listener, cancellationToken)
            : new PicardSampler(_model.Denoiser, _plan.Timeline, _plan.Picard)
                .Sample(_plan.Seed, first, samples, _plan.Conditions, listener, cancellationToken);
        return new DrawnBatch([.. MemoryMarshal.Cast<byte, float>(result.Samples.bytes)], ReportOf(result, first, samples));
    }

    private static BatchReport ReportOf(SamplingResult result, int firstSample, int samples) => new()
    {
        FirstSample = firstSample,
        Samples = samples,
        Rounds = result.Rounds,
        SweepsPerBlock = [.. result.SweepsPerBlock],
        Evaluations = result.Evaluations,
        MaxResidual = result.MaxResidual,
        DeviceTime = result.DeviceTime,
        ExchangeTimes = [.. result.SweepOverheads],
        Lost = [.. result.Failures.Select(lost => new LostSample(lost.Sample, lost.Block, lost.Step, Node: 0))],
        Recoveries = 0,
        Silos = 0,
        ModelCalls = result.Rounds,
        Messages = 0,
    };

    /// <summary>A sampler's progress as a job's.</summary>
    private sealed class Listener(IProgress<JobProgress> progress, int firstSample) : IProgress<SweepProgress>
    {
        public int FirstSample => firstSample;

        public void Report(SweepProgress value) => progress.Report(new JobProgress(
            JobState.Running, firstSample, value.Sweep, value.Block, value.Blocks, value.Active, value.Update, value.Done));
    }
}
