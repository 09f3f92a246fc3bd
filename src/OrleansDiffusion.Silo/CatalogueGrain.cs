using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using OrleansDiffusion.Contracts.Jobs;
using OrleansDiffusion.Models;
using OrleansDiffusion.Nodes.Devices;
using Orleans.Concurrency;

namespace OrleansDiffusion.Silo;

/// <summary>Lists the catalogue of a silo that can open models. It opens each once, and keeps none open.</summary>
[GrainType("odiff.catalogue"), StatelessWorker(1)]
internal sealed partial class CatalogueGrain(IModelSource models, ILogger<CatalogueGrain> logger) : Grain, ICatalogueGrain
{
    private readonly Dictionary<string, ModelSummary> _known = [];

    public async Task<ImmutableArray<ModelSummary>> Models(CancellationToken cancellationToken = default)
    {
        var names = Catalogue.Names;
        foreach (var name in names.Where(name => !_known.ContainsKey(name)).ToList())
        {
            // It may take seconds, for which the thread is not Orleans'.
            var summary = await Task.Factory.StartNew(
                () => Open(name), cancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            if (summary is not null)
                _known[name] = summary;
        }

        return [.. names.Where(_known.ContainsKey).Select(name => _known[name])];
    }

    private ModelSummary? Open(string name)
    {
        try
        {
            using var model = models.Open(name, Device.Cpu);
            return new ModelSummary(
                name, [.. model.Denoiser.Shape], model.Schedule?.Name, model.Labels?.Count, model.Description);
        }
        catch (ModelFormatException e)
        {
            LogUnusable(name, e.Message);
            return null;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Model {Model} is not listed: {Reason}")]
    private partial void LogUnusable(string model, string reason);
}
