using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using OrleansDiffusion.Contracts.Jobs;
using OrleansDiffusion.Models;
using OrleansDiffusion.Nodes.Devices;
using OrleansDiffusion.Nodes.Planning;
using OrleansDiffusion.Sampling;
using OrleansDiffusion.Sampling.Picard;

namespace OrleansDiffusion.Silo.Tests.Fixtures;

/// <summary>What a job must come to.</summary>
internal static class Expected
{
    /// <summary>The sequential sampler's samples, [count × elements].</summary>
    public static float[] Sequential(SamplingRequest request, IModelSource? models = null)
    {
        using var model = Open(request, models);
        var plan = SamplingPlan.For(request, model);
        using var result = new SequentialSampler(model.Denoiser, plan.Timeline).Sample(
            request.Seed, 0, request.Count, plan.Conditions, cancellationToken: TestContext.Current.CancellationToken);
        return Values(result);
    }

    /// <summary>What the same sweeps in this process come to, in one batch.</summary>
    public static (float[] Samples, SamplingResult Result, IReadOnlyList<SweepProgress> Progress) InProcess(
        SamplingRequest request, IModelSource? models = null)
    {
        using var model = Open(request, models);
        var plan = SamplingPlan.For(request, model);
        var progress = new List<SweepProgress>();
        using var result = new PicardSampler(model.Denoiser, plan.Timeline, plan.Picard).Sample(
            request.Seed, 0, request.Count, plan.Conditions, new Noted(progress), TestContext.Current.CancellationToken);
        return (Values(result), result, progress);
    }

    /// <summary>The noise level at which a step asks the model.</summary>
    public static NoiseLevel Level(SamplingRequest request, int block, int step)
    {
        using var model = Open(request, models: null);
        return SamplingPlan.For(request, model).Timeline.Blocks[block].Steps[step].At;
    }

    /// <summary>RMS distance.</summary>
    public static double Distance(float[] expected, float[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        return TensorPrimitives.Distance<float>(expected, actual) / Math.Sqrt(expected.Length);
    }

    /// <summary>Asserts that a job's samples are the sequential sampler's, to rounding.</summary>
    public static void IsSequential(GridJob job, SamplingRequest request, IModelSource? models = null, double within = 1e-5)
    {
        Assert.Null(job.Status.Error);
        Assert.Equal(JobState.Succeeded, job.Status.State);
        var distance = Distance(Sequential(request, models), job.Samples);
        Assert.True(distance <= within, $"RMS distance {distance:g3}");
    }

    private static Model Open(SamplingRequest request, IModelSource? models) =>
        (models ?? new TestModels()).Open(request.Model, Device.Cpu);

    private static float[] Values(SamplingResult result) =>
        MemoryMarshal.Cast<byte, float>(result.Samples.bytes).ToArray();

    private sealed class Noted(List<SweepProgress> progress) : IProgress<SweepProgress>
    {
        public void Report(SweepProgress value) => progress.Add(value);
    }
}
