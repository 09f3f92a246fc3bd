using static TorchSharp.torch;

namespace OrleansDiffusion.Digits.Evaluation;

/// <summary>What the classifier makes of images.</summary>
/// <param name="Features">Activations of its last hidden layer, [n, 64].</param>
/// <param name="Digits">The digit it reads in every image.</param>
internal sealed record Reading(Tensor Features, IReadOnlyList<long> Digits) : IDisposable
{
    /// <summary>The share of images read as their label, of those with a label that counts.</summary>
    /// <param name="labels">The label of every image.</param>
    /// <param name="counts">Whether a label counts.</param>
    public double Accuracy(ReadOnlySpan<long> labels, Func<long, bool> counts)
    {
        var (right, all) = (0, 0);
        for (var i = 0; i < labels.Length; i++)
        {
            if (!counts(labels[i]))
                continue;
            all++;
            right += Digits[i] == labels[i] ? 1 : 0;
        }

        return (double)right / all;
    }

    /// <inheritdoc/>
    public void Dispose() => Features.Dispose();
}
