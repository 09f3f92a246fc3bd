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
        var command = new Command(
            "models",
            "List the models that can be sampled by name: the built-in ones, and those in the folder that the environment "
            + $"variable {Catalogue.FolderVariable} names. TorchScript models are opened from that folder alone.")
        {
            ModelsVerifyCommand.Create(),
        };
        command.SetAction(_ =>
        {
            TorchRuntime.Load();
            var table = new Table().Border(TableBorder.Simple)
                .AddColumns("model", "shape", "schedule", "labels", "what it is");
            foreach (var opened in Catalogue.Names.Select(OpenOrSay).OfType<Model>())
            {
                using var model = opened;
                string[] cells =
                [
                    model.Name, string.Join(" x ", model.Denoiser.Shape), model.Schedule?.Name ?? "any",
                    model.Labels is { } labels ? $"0..{labels.Count - 1}" : "-", model.Description,
                ];
                table.AddRow([.. cells.Select(Markup.Escape)]);
            }

            ConsoleTable.Write(table);
            Console.WriteLine("Besides, --model takes the path of a mixture .json, or of a folder in the diffusers layout.");
        });
        return command;
    }

    // One that cannot be used hides none of the others.
    private static Model? OpenOrSay(string name)
    {
        try
        {
            return Catalogue.Open(name);
        }
        catch (ModelFormatException e)
        {
            Console.Error.WriteLine($"odiff: {e.Message}");
            return null;
        }
    }
}
