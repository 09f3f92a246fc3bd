using static TorchSharp.torch;

namespace OrleansDiffusion.Models.UNets;

/// <summary>x Wᵀ + b over the last dimension.</summary>
internal sealed class Linear(Parameters parameters, long inFeatures, long outFeatures)
{
    private readonly Tensor _weight = parameters.Get("weight", outFeatures, inFeatures);
    private readonly Tensor _bias = parameters.Get("bias", outFeatures);

    public Tensor Forward(Tensor x) => nn.functional.linear(x, _weight, _bias);
}
