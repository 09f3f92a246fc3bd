using TorchSharp;

namespace OrleansDiffusion.Models;

/// <summary>
/// Scalars for tensor expressions. TorchSharp (0.107) hands a Scalar's native handle on without keeping the object
/// alive, so a temporary one, which every plain number and even <c>a + b</c> makes, can be finalised while the
/// operation reads it: a rare crash under load. These are never collected; expressions on a hot path use them only.
/// </summary>
internal static class Scalars
{
    public static readonly Scalar One = 1.0;

    public static readonly Scalar Half = 0.5;
}
