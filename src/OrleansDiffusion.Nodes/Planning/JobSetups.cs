using System.Collections.Concurrent;
using OrleansDiffusion.Contracts.Jobs;
using OrleansDiffusion.Contracts.Sweeps;
using OrleansDiffusion.Models;
using OrleansDiffusion.Nodes.Devices;

namespace OrleansDiffusion.Nodes.Planning;

/// <summary>The jobs that a silo takes part in, each set up once for all its slices and time-nodes.</summary>
/// <param name="models">The silo's models.</param>
/// <param name="devices">The silo's devices; any of them will do to plan.</param>
internal sealed class JobSetups(ModelStore models, DevicePool devices)
{
    private readonly ConcurrentDictionary<string, (Task<JobSetup> Setup, int Users)> _setups = [];

    /// <summary>Jobs that are set up now.</summary>
    public int Count => _setups.Count;

    /// <summary>Plans a request.</summary>
    /// <exception cref="Sampling.InvalidOptionException">An option that cannot be used.</exception>
    /// <exception cref="ModelFormatException">There is no such model, or its files cannot be used.</exception>
    public async Task<JobOutline> Plan(SamplingRequest request, CancellationToken cancellationToken)
    {
        var model = await models.OpenAsync(request.Model, devices.Executors[0].Device, cancellationToken);
        return SamplingPlan.For(request, model).Outline(model);
    }

    /// <summary>A job's setup, kept until as many have let it go as have asked for it.</summary>
    public async Task<JobSetup> Take(BatchAssignment batch, CancellationToken cancellationToken)
    {
        var taken = _setups.AddOrUpdate(
            batch.Key.JobId,
            _ => (SetUp(batch), 1),
            (_, entry) => (entry.Setup.IsFaulted ? SetUp(batch) : entry.Setup, entry.Users + 1));
        try
        {
            return await taken.Setup.WaitAsync(cancellationToken);
        }
        catch
        {
            Release(batch);
            throw;
        }
    }

    /// <summary>Lets a setup go.</summary>
    public void Release(BatchAssignment batch)
    {
        var left = _setups.AddOrUpdate(
            batch.Key.JobId, _ => throw new InvalidOperationException($"job {batch.Key.JobId} is not set up here"),
            (_, entry) => entry with { Users = entry.Users - 1 });
        if (left.Users == 0)
            _setups.TryRemove(KeyValuePair.Create(batch.Key.JobId, left));
    }

    /// <summary>The job's model on one of the silo's devices.</summary>
    /// <exception cref="ModelFormatException">
    /// It cannot be opened, or its files are not what they were when the job was planned.
    /// </exception>
    public async Task<Model> ModelOn(DeviceExecutor executor, BatchAssignment batch, CancellationToken cancellationToken)
    {
        var model = await models.OpenAsync(batch.Request.Model, executor.Device, cancellationToken);
        return batch.Outline.Fingerprint is { Length: > 0 } planned && planned != model.Fingerprint
            ? throw new ModelFormatException($"{model.Name}: its files are not what they were when the job was begun")
            : model;
    }

    private async Task<JobSetup> SetUp(BatchAssignment batch)
    {
        var model = await ModelOn(devices.Executors[0], batch, CancellationToken.None);
        var plan = SamplingPlan.For(batch.Request, model);
        return new JobSetup(
            plan.Timeline, plan.Conditions, plan.Picard, plan.Noise, model.Denoiser.DataVariance,
            checked((int)model.Denoiser.Shape.Aggregate(1L, (product, size) => product * size)));
    }
}
