using System.CommandLine;
using OrleansDiffusion.Cli.Output;
using OrleansDiffusion.Models;
using Spectre.Console;

namespace OrleansDiffusion.Cli.Commands;

/// <summary><c>odiff models</c>: what can be sampled.</summary>
internal static class ModelsCommand
{
    public static Command Create()
    {
        var command = new Command("models", "List the models that can be sampled by name.")
        {
            ModelsVerifyCommand.Create(),
        };
        command.SetAction(_ =>
        {
            TorchRuntime.Load();
            var table = new Table().Border(TableBorder.Simple)
                .AddColumns("model", "shape", "schedule", "labels", "what it is");
            foreach (var name in Catalogue.Names)
            {
                using var model = Catalogue.Open(name);
                table.AddRow(
                    model.Name, string.Join(" x ", model.Denoiser.Shape), model.Schedule?.Name ?? "any",
                    model.Labels is { } labels ? $"0..{labels.Count - 1}" : "-", model.Description);
            }

            ConsoleTable.Write(table);
            Console.WriteLine("Besides, --model takes the path of a mixture .json, or of a folder in the diffusers layout.");
        });
        return command;
    }
}
