namespace OrleansDiffusion.Nodes.Devices;

/// <summary>Kinds of devices.</summary>
public enum DeviceKind
{
    /// <summary>The host's processor.</summary>
    Cpu,

    /// <summary>An NVIDIA GPU.</summary>
    Cuda,

    /// <summary>A device of a given speed whose answers the host's processor computes.</summary>
    Emulated,
}
