using System.Collections.Immutable;
using System.Numerics.Tensors;

namespace OrleansDiffusion.Client;

/// <summary>A sample that is done.</summary>
/// <param name="Index">Which of its job, from 0.</param>
/// <param name="Shape">Its shape.</param>
/// <param name="Values">Its values in C order, as the sampler returned them; NaN throughout if it was lost.</param>
public sealed record Sample(int Index, ImmutableArray<long> Shape, ReadOnlyMemory<float> Values)
{
    /// <summary>Whether the model returned NaN or infinity for it.</summary>
    public bool IsLost => TensorPrimitives.IsNaNAny(Values.Span);
}
