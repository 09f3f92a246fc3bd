using System.CommandLine;
using OrleansDiffusion.Models.UNets;
using OrleansDiffusion.Sampling;

namespace OrleansDiffusion.Cli.Commands;

/// <summary><c>odiff models verify</c>: whether a model folder is whole, and computes what its reference says.</summary>
internal static class ModelsVerifyCommand
{
    public static Command Create()
    {
        var folder = new Argument<string>("folder") { Description = "A model folder in the diffusers layout." };
        var tolerance = new Option<double>("--tolerance")
        {
            Description = "The most that an output may differ from the folder's reference.safetensors, if it has one.",
            DefaultValueFactory = _ => 1e-4,
        };
        var command = new Command("verify", "Load a model folder, check every tensor, and compare with its reference.")
        {
            folder,
            tolerance,
        };
        command.SetAction(parsed => Run(parsed.GetRequiredValue(folder), parsed.GetValue(tolerance)));
        return command;
    }

    private static int Run(string folder, double tolerance)
    {
        if (!(tolerance >= 0))
            throw new InvalidOptionException("tolerance", $"must be 0 or more, was {tolerance}");

        TorchRuntime.Load();
        var found = UNetVerification.Of(folder);
        Console.WriteLine($"{found.Tensors} tensors, {found.Parameters} parameters, all used, none missing");
        if (found.LargestDifference is not { } difference)
            return 0;
        Console.WriteLine($"largest difference to the reference: {difference:0.0e-00}");
        if (difference <= tolerance) // NaN is not
            return 0;
        Console.Error.WriteLine($"odiff: {folder} differs from its reference by {difference:0.0e-00}, more than {tolerance:g2}");
        return 1;
    }
}
