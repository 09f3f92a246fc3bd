using System.Collections.Concurrent;
using OrleansDiffusion.Models;
using OrleansDiffusion.Nodes.Devices;
using OrleansDiffusion.Sampling;

namespace OrleansDiffusion.Silo.Tests.Fixtures;

/// <summary>The catalogue's models, and those that a test has made.</summary>
internal sealed class TestModels : IModelSource
{
    private readonly ConcurrentDictionary<string, (IDenoiser Denoiser, ClassLabels? Labels)> _made = new();

    /// <summary>The mixture of the golden files, 16 elements.</summary>
    public static string Mixture { get; } = Path.Combine(AppContext.BaseDirectory, "Golden", "mixture-a.json");

    /// <summary>Adds a model.</summary>
    /// <returns>Its name, which no other has.</returns>
    public string Add(IDenoiser denoiser, ClassLabels? labels = null)
    {
        var name = $"model-{Guid.NewGuid():N}";
        _made[name] = (denoiser, labels);
        return name;
    }

    public Model Open(string name, Device device) => _made.TryGetValue(name, out var made)
        ? new Model(name, name, made.Denoiser, Schedule: null, made.Labels)
        : Catalogue.Open(name, device.Torch);
}
