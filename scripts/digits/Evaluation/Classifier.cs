using OrleansDiffusion.Digits.Data;
using static TorchSharp.torch;

namespace OrleansDiffusion.Digits.Evaluation;

/// <summary>
/// A small convolutional network that reads digits. It says which digit a sample shows, and its last hidden layer is
/// what samples are compared in, as Inception's is for photographs.
/// </summary>
/// <param name="parameter">Gives the parameter of a name and a shape.</param>
internal sealed class Classifier(Func<string, long[], Tensor> parameter)
{
    private const int Batch = 250;

    private static readonly long[] OneEach = [1, 1];

    private readonly Tensor _weight1 = parameter("conv_1.weight", [24, 1, 3, 3]);
    private readonly Tensor _bias1 = parameter("conv_1.bias", [24]);
    private readonly Tensor _weight2 = parameter("conv_2.weight", [48, 24, 3, 3]);
    private readonly Tensor _bias2 = parameter("conv_2.bias", [48]);
    private readonly Tensor _weight3 = parameter("features.weight", [64, 48 * 7 * 7]);
    private readonly Tensor _bias3 = parameter("features.bias", [64]);
    private readonly Tensor _weight4 = parameter("digits.weight", [10, 64]);
    private readonly Tensor _bias4 = parameter("digits.bias", [10]);

    /// <summary>The activations of the last hidden layer, [n, 64].</summary>
    /// <param name="images">[n, 1, 28, 28], in [-1, 1].</param>
    public Tensor Features(Tensor images)
    {
        using var scope = NewDisposeScope();
        var half = Convolve(images, _weight1, _bias1);    // 14 x 14
        var quarter = Convolve(half, _weight2, _bias2);   // 7 x 7
        return nn.functional.linear(quarter.flatten(1), _weight3, _bias3).relu().MoveToOuterDisposeScope();
    }

    /// <summary>Ten logits, one a digit, from the features.</summary>
    public Tensor Logits(Tensor features) => nn.functional.linear(features, _weight4, _bias4);

    /// <summary>Features and recognised digits of many images.</summary>
    public Reading Read(DigitImages images)
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        var features = new List<Tensor>();
        for (var start = 0; start < images.Count; start += Batch)
        {
            using var batch = ImageBatch.Of(images, start, Batch);
            features.Add(Features(batch.Images));
        }

        var all = cat(features);
        var digits = Logits(all).argmax(1).data<long>().ToArray();
        return new Reading(all.MoveToOuterDisposeScope(), digits);
    }

    private static Tensor Convolve(Tensor x, Tensor weight, Tensor bias) =>
        nn.functional.max_pool2d(nn.functional.conv2d(x, weight, bias, OneEach, OneEach).relu(), 2);
}
