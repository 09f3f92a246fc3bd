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
        var command = new Command("models", "List the models that can be sampled by name.");
        command.SetAction(_ =>
        {
            TorchRuntime.Load();
            var table = new Table().Border(TableBorder.Simple).AddColumns("model", "shape", "schedule", "what it is");
            foreach (var name in Catalogue.Names)
            {
                using var model = Catalogue.Open(name);
                table.AddRow(
                    model.Name, string.Join(" x ", model.Denoiser.Shape), model.Schedule?.Name ?? "any",
                    model.Description);
            }

            ConsoleTable.Write(table);
            Console.WriteLine("Besides, --model takes the path of a mixture .json.");
        });
        return command;
    }
}
