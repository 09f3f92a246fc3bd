using OrleansDiffusion.Models;

namespace OrleansDiffusion.Nodes.Devices;

/// <summary>Where a silo's models come from.</summary>
public interface IModelSource
{
    /// <summary>Opens a model; it may take seconds, and is not called on a thread of the pool.</summary>
    /// <param name="name">The name it is asked for by.</param>
    /// <param name="device">The device that will evaluate it, at <see cref="Device.Torch"/>.</param>
    /// <returns>A model of its own, which the caller disposes.</returns>
    /// <exception cref="ModelFormatException">There is no such model, or its files cannot be used.</exception>
    Model Open(string name, Device device);
}
