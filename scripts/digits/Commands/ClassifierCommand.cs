using System.CommandLine;
using OrleansDiffusion.Digits.Data;
using OrleansDiffusion.Digits.Evaluation;
using OrleansDiffusion.Digits.Training;
using static TorchSharp.torch;

namespace OrleansDiffusion.Digits.Commands;

/// <summary><c>classifier</c>: trains the network that <c>evaluate</c> reads samples with.</summary>
internal static class ClassifierCommand
{
    private const string FileName = "classifier.safetensors";

    public static Command Create()
    {
        var command = new Command("classifier", "Train the classifier that samples are evaluated with.");
        command.SetAction((parsed, stop) => Task.Run(() => Train(parsed, stop), CancellationToken.None));
        return command;
    }

    /// <summary>Opens the classifier in the work folder.</summary>
    public static Classifier Open(ParseResult parsed)
    {
        var path = PathOf(parsed);
        if (!File.Exists(path))
            throw new FileNotFoundException($"{path} is missing; the command classifier makes it");
        var saved = WeightFile.Read(path);
        return new Classifier((name, _) => saved[name]);
    }

    private static void Train(ParseResult parsed, CancellationToken stop)
    {
        _ = SharedOptions.LoadTorch(parsed); // it is small: it stays on the CPU
        var digits = SharedOptions.Digits(parsed);
        using var weights = new Weights(CPU, seed: 1);
        var classifier = ClassifierTraining.Train(digits.Training, weights, stop);
        Console.WriteLine($"reads {Share(classifier, digits.Training):p2} of the training digits and "
            + $"{Share(classifier, digits.HeldOut):p2} of the held-out ones");
        WeightFile.Write(PathOf(parsed), weights.Values, ScalarType.Float32);
    }

    private static double Share(Classifier classifier, DigitImages images)
    {
        using var reading = classifier.Read(images);
        return reading.Accuracy(images.Labels, _ => true);
    }

    private static string PathOf(ParseResult parsed) => Path.Combine(SharedOptions.Work(parsed), FileName);
}
