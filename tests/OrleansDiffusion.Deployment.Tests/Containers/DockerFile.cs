using System.Text.RegularExpressions;
using OrleansDiffusion.Cli.Tests;

namespace OrleansDiffusion.Deployment.Tests.Containers;

/// <summary>infra/Dockerfile, instruction by instruction.</summary>
internal sealed partial class DockerFile
{
    public DockerFile()
    {
        var stages = new List<Stage>();
        foreach (var line in File.ReadLines(Path.Combine(Repository.Root, "infra", "Dockerfile")).Where(line => line.Length > 0 && line[0] != '#'))
        {
            if (From().Match(line) is { Success: true } from)
                stages.Add(new Stage(from.Groups["name"].Value, from.Groups["image"].Value, []));
            else
                stages[^1].Instructions.Add(line.Split(' ', 2) is [var word, var words] ? (word, words) : throw new FormatException(line));
        }

        Stages = stages;
    }

    public IReadOnlyList<Stage> Stages { get; }

    public Stage Of(string name) => Stages.Single(stage => stage.Name == name);

    [GeneratedRegex(@"^FROM (?<image>\S+) AS (?<name>\S+)$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex From();

    /// <summary>A stage.</summary>
    /// <param name="Name">Its name.</param>
    /// <param name="Image">The image or stage that it begins with.</param>
    /// <param name="Instructions">What is done to it.</param>
    internal sealed record Stage(string Name, string Image, List<(string Word, string Arguments)> Instructions);
}
