using OrleansDiffusion.Digits.Data;
using OrleansDiffusion.Digits.Training;
using static TorchSharp.torch;

namespace OrleansDiffusion.Digits.Evaluation;

/// <summary>Trains the classifier on randomly moved digits.</summary>
internal static class ClassifierTraining
{
    private const int Seed = 1;
    private const int Epochs = 12;
    private const int Batch = 100;
    private const int MostShift = 2;
    private const double Rate = 2e-3;

    /// <summary>Trains it; takes about a minute.</summary>
    /// <param name="images">What it learns to read.</param>
    /// <param name="weights">Where its parameters come to lie.</param>
    /// <param name="stop">Ends the training without a result.</param>
    public static Classifier Train(DigitImages images, Weights weights, CancellationToken stop)
    {
        var classifier = new Classifier(weights.Make);
        using var adam = new Adam(weights.Values);
        var steps = Epochs * images.Count / Batch;
        var rate = new LearningRate(Rate, steps);
        var order = new Shuffle(images.Count, Seed);
        var progress = new ProgressLine(steps, Batch, firstStep: 0);
        for (var step = 0; step < steps; step++)
        {
            stop.ThrowIfCancellationRequested();
            progress.Step(step, Step(step));
        }

        return classifier;

        double Step(int number)
        {
            using var scope = NewDisposeScope();
            var random = new Random(Seeds.Of(Seed, number));
            using var batch = ImageBatch.Of(images, order.Indices(number, Batch), random, MostShift);
            var loss = nn.functional.cross_entropy(classifier.Logits(classifier.Features(batch.Images)), batch.Labels);
            loss.backward();
            adam.Step(number, rate.At(number));
            return Number.Of(loss);
        }
    }
}
