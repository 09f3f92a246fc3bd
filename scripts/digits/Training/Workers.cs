using OrleansDiffusion.Digits.Data;
using OrleansDiffusion.Models;
using OrleansDiffusion.Models.UNets;
using static TorchSharp.torch;

namespace OrleansDiffusion.Digits.Training;

/// <summary>
/// Takes gradients with several threads, each over its part of a batch with a copy of the network. Torch's own threads
/// would wait for one another after every operation, which small images are not worth.
/// </summary>
internal sealed class Workers : IDisposable
{
    private readonly Weights _weights;
    private readonly Weights[] _copies;
    private readonly DiffusionLoss[] _losses;

    /// <param name="config">The network's configuration.</param>
    /// <param name="weights">Receives the network's weights; the gradients are those of its values.</param>
    /// <param name="count">How many threads.</param>
    public Workers(UNetConfig config, Weights weights, int count)
    {
        _weights = weights;
        _copies = [.. Enumerable.Range(1, count - 1).Select(_ => new Weights(weights.Device, weights.Seed))];
        _losses = [.. _copies.Prepend(weights)
            .Select(w => new DiffusionLoss(new UNet2D(config, w.Make), weights.Device))];
    }

    /// <summary>Adds the gradients of the mean loss over a batch to those of the weights.</summary>
    /// <param name="images">Where the batch is taken from.</param>
    /// <param name="indices">Which images; as many a thread, but for the last.</param>
    /// <param name="mostShift">By how many pixels images are moved at random, at most.</param>
    /// <param name="seed">Seed of the batch.</param>
    /// <returns>The loss.</returns>
    public double AddGradients(DigitImages images, int[] indices, int mostShift, int seed)
    {
        CopyWeights();
        var parts = indices.Chunk((indices.Length + _losses.Length - 1) / _losses.Length).ToArray();
        var losses = new double[parts.Length];
        Parallel.For(0, parts.Length, worker =>
        {
            using var scope = NewDisposeScope();
            var random = new Random(Seeds.Of(seed, worker));
            using var batch = ImageBatch.Of(images, parts[worker], random, mostShift);
            using var share = tensor((float)parts[worker].Length / indices.Length).to(_weights.Device);
            var loss = _losses[worker].Of(batch, random).mul(share);
            loss.backward();
            losses[worker] = Number.Of(loss);
        });
        CollectGradients();
        return losses.Sum();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var copy in _copies)
            copy.Dispose();
    }

    private void CopyWeights()
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        foreach (var copy in _copies)
        {
            foreach (var (name, value) in copy.Values)
                value.copy_(_weights.Values[name]);
        }
    }

    private void CollectGradients()
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        foreach (var copy in _copies)
        {
            foreach (var (name, value) in copy.Values)
            {
                if (value.grad is not { } gradient)
                    continue;
                _weights.Values[name].grad!.add_(gradient, Scalars.One);
                gradient.zero_();
            }
        }
    }
}
