using System.Text.RegularExpressions;
using System.Xml.Linq;
using OrleansDiffusion.Cli.Tests;

namespace OrleansDiffusion.Deployment.Tests.Containers;

/// <summary>The images of odiff.</summary>
public sealed partial class DockerFileTests
{
    private static readonly string[] Images = ["odiff", "odiff-cuda"];

    private readonly DockerFile _file = new();

    [Fact]
    public void Images_run_odiff_as_nobody_in_particular() => Assert.All(Images, image =>
    {
        var stage = _file.Of(image);
        var user = stage.Instructions.Last(instruction => instruction.Word == "USER").Arguments;
        Assert.Matches(@"^[1-9]\d{3,}:[1-9]\d{3,}$", user);
        Assert.Equal(("ENTRYPOINT", """["/opt/odiff/odiff"]"""), stage.Instructions[^1]);
        Assert.Contains(stage.Instructions, instruction => instruction.Word == "COPY" && instruction.Arguments.EndsWith(" /app /opt/odiff", StringComparison.Ordinal));
    });

    [Fact]
    public void Stages_begin_with_stages_or_with_images_of_a_version()
    {
        var known = new List<string> { "scratch" };
        foreach (var stage in _file.Stages)
        {
            Assert.True(known.Contains(stage.Image) || Version().IsMatch(stage.Image), stage.Image);
            Assert.All(
                stage.Instructions.Select(instruction => CopiedFrom().Match(instruction.Arguments)).Where(match => match.Success),
                match => Assert.Contains(match.Groups["stage"].Value, known));
            known.Add(stage.Name);
        }
    }

    [Fact]
    public void What_is_published_is_the_command_line_of_the_sdk_that_builds_it()
    {
        var publish = _file.Of("build").Instructions.Single(instruction => instruction.Arguments.StartsWith("dotnet publish", StringComparison.Ordinal)).Arguments;
        var project = Path.Combine(Repository.Root, publish.Split(' ')[2]);
        Assert.Equal("odiff", XDocument.Load(project).Descendants("AssemblyName").Single().Value);
        var framework = XDocument.Load(Path.Combine(Repository.Root, "Directory.Build.props")).Descendants("TargetFramework").Single().Value;
        Assert.All(
            _file.Stages.Where(stage => stage.Image.Contains("/dotnet/", StringComparison.Ordinal)),
            stage => Assert.EndsWith(":" + framework["net".Length..], stage.Image, StringComparison.Ordinal));
    }

    [Fact]
    public void The_cuda_image_has_the_libtorch_that_odiff_is_built_for_and_no_other()
    {
        var sources = File.ReadAllText(Path.Combine(Repository.Root, "src", "OrleansDiffusion.Models", "Native", "LibTorchFiles.cs"));
        var version = Quoted("Version");
        var variable = Quoted("Variable");

        Assert.Contains($"torch=={version}.", _file.Of("wheels").Instructions[0].Arguments, StringComparison.Ordinal);
        Assert.Contains($"{variable}=/opt/pytorch/torch/lib", _file.Of("odiff-cuda").Instructions.Single(instruction => instruction.Word == "ENV").Arguments, StringComparison.Ordinal);
        Assert.Contains(("RUN", "rm -r /app/libtorch"), _file.Of("build-without-libtorch").Instructions);
        Assert.True(Directory.Exists(Path.Combine(AppContext.BaseDirectory, "libtorch"))); // where the build puts it

        string Quoted(string constant) => Regex.Match(
            sources, $"const string {constant} = \"(?<value>[^\"]+)\"", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1)).Groups["value"].Value;
    }

    [Fact]
    public void Nothing_that_was_built_here_goes_into_an_image() => Assert.Superset(
        new HashSet<string> { "**/bin", "**/obj", "**/node_modules", ".git" },
        File.ReadLines(Path.Combine(Repository.Root, ".dockerignore")).ToHashSet(StringComparer.Ordinal));

    [GeneratedRegex(@"^[a-z0-9./-]+:v?\d[\w.-]*$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Version();

    [GeneratedRegex(@"--from=(?<stage>\S+)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex CopiedFrom();
}
