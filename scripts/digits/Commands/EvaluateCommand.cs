using System.CommandLine;
using OrleansDiffusion.Digits.Data;
using OrleansDiffusion.Digits.Evaluation;

namespace OrleansDiffusion.Digits.Commands;

/// <summary><c>evaluate</c>: how often samples are recognised, and how far they are from real digits.</summary>
internal static class EvaluateCommand
{
    private static readonly Argument<string[]> Files = new("files")
    {
        Description = "Samples as odiff writes them, .npy of [n, 1, 28, 28]. Two are compared.",
        Arity = ArgumentArity.OneOrMore,
    };

    private static readonly Option<string> Labels = new("--labels", "--label")
    {
        Description = "The labels that samples were asked for, in turn.",
        DefaultValueFactory = _ => "0..9",
    };

    public static Command Create()
    {
        var command = new Command("evaluate", "Measure samples: share recognised, Frechet distance.") { Files, Labels };
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult parsed)
    {
        _ = SharedOptions.LoadTorch(parsed);
        var labels = LabelList.Parse(parsed.GetValue(Labels)!);
        var samples = parsed.GetValue(Files)!.Select(path => (Path: path, Images: SampleFile.Read(path, labels))).ToList();
        var yardstick = new Yardstick(ClassifierCommand.Open(parsed), SharedOptions.Digits(parsed));

        Console.WriteLine(yardstick.HeldOut);
        var results = samples.Select(sample => yardstick.Of(sample.Path, sample.Images)).ToList();
        results.ForEach(Console.WriteLine);
        if (results is [var first, var second])
            Console.WriteLine($"Frechet distance of the second over the first: {second.Over(first)}");
        return 0;
    }
}
