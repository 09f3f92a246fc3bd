using static TorchSharp.torch;

namespace OrleansDiffusion.Models.UNets;

/// <summary>Group normalisation (Wu and He 2018) of [n, channels, ...].</summary>
internal sealed class GroupNorm(Parameters parameters, long channels, long groups, double eps)
{
    private readonly Tensor _weight = parameters.Get("weight", channels);
    private readonly Tensor _bias = parameters.Get("bias", channels);

    public Tensor Forward(Tensor x) =>
        nn.functional.group_norm(x, groups, _weight, _bias, eps);
}
