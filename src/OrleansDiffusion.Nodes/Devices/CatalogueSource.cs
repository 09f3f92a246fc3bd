using OrleansDiffusion.Models;

namespace OrleansDiffusion.Nodes.Devices;

/// <summary>The models of the <see cref="Catalogue"/>.</summary>
public sealed class CatalogueSource : IModelSource
{
    /// <inheritdoc/>
    public Model Open(string name, Device device)
    {
        ArgumentNullException.ThrowIfNull(device);
        return Catalogue.Open(name, device.Torch);
    }
}
