using OrleansDiffusion.Sampling;
using TorchSharp;

namespace OrleansDiffusion.Nodes.Tests.Planning;

/// <summary>A model that is planned for and never asked.</summary>
internal sealed class ShapedDenoiser(params long[] shape) : IDenoiser
{
    public IReadOnlyList<long> Shape => shape;

    public double DataVariance => 1;

    public double Sensitivity => 1;

    public int BatchLimit => 1;

    public torch.Tensor Denoise(
        torch.Tensor x, ReadOnlySpan<NoiseLevel> levels, ReadOnlySpan<Condition> conditions) =>
        throw new NotSupportedException();
}
