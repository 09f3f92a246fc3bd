using static TorchSharp.torch;

namespace OrleansDiffusion.Models.UNets;

/// <summary>A square convolution with a bias, [n, in, h, w] to [n, out, h', w'].</summary>
internal sealed class Conv2d(
    Parameters parameters, long inChannels, long outChannels, int kernel = 3, int stride = 1, int padding = 1)
{
    private readonly Tensor _weight = parameters.Get("weight", outChannels, inChannels, kernel, kernel);
    private readonly Tensor _bias = parameters.Get("bias", outChannels);
    private readonly long[] _strides = [stride, stride];
    private readonly long[] _padding = [padding, padding];

    public Tensor Forward(Tensor x) => nn.functional.conv2d(x, _weight, _bias, _strides, _padding);
}
