using System.CommandLine;
using OrleansDiffusion.Digits.Training;

namespace OrleansDiffusion.Digits.Commands;

/// <summary><c>train</c>: trains the diffusion model.</summary>
internal static class TrainCommand
{
    private static readonly Option<string> Config = new("--config")
    {
        Description = "The network's config.json, as diffusers writes it.",
        DefaultValueFactory = _ => Path.Combine(AppContext.BaseDirectory, "unet.json"),
    };

    private static readonly Option<string?> Out =
        new("--out") { Description = "Folder of the finished model; WORK/model if not given." };

    private static readonly Option<long> Steps =
        new("--steps") { Description = "Batches to train on.", DefaultValueFactory = _ => 10_000 };

    private static readonly Option<int> Batch =
        new("--batch") { Description = "Images a batch.", DefaultValueFactory = _ => 64 };

    private static readonly Option<double> Rate =
        new("--rate") { Description = "The largest learning rate.", DefaultValueFactory = _ => 2e-3 };

    private static readonly Option<int> Shift =
        new("--shift") { Description = "Move images at random by up to as many pixels.", DefaultValueFactory = _ => 0 };

    private static readonly Option<int> Seed =
        new("--seed") { Description = "Everything random follows from it.", DefaultValueFactory = _ => 0 };

    public static Command Create()
    {
        var command = new Command("train", "Train the diffusion model; goes on where it was stopped.")
        {
            Config, Out, Steps, Batch, Rate, Shift, Seed,
        };
        command.SetAction((parsed, stop) => Task.Run(() => Run(parsed, stop), CancellationToken.None));
        return command;
    }

    private static void Run(ParseResult parsed, CancellationToken stop)
    {
        var device = SharedOptions.LoadTorch(parsed);
        var work = SharedOptions.Work(parsed);
        var settings = new DiffusionSettings(
            work, parsed.GetValue(Config)!, parsed.GetValue(Out) ?? Path.Combine(work, "model"), device,
            SharedOptions.ThreadsOn(device, parsed), parsed.GetValue(Steps), parsed.GetValue(Batch), parsed.GetValue(Rate), parsed.GetValue(Shift),
            parsed.GetValue(Seed));
        new DiffusionTraining(SharedOptions.Digits(parsed).Training, settings).Run(stop);
    }
}
