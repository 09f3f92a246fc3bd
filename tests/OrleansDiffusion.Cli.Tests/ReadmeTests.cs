namespace OrleansDiffusion.Cli.Tests;

/// <summary>What README.md shows is what is built.</summary>
public sealed class ReadmeTests
{
    [Fact]
    public async Task The_worker_is_the_program_that_the_build_compiles()
    {
        var token = TestContext.Current.CancellationToken;
        var program = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "scripts", "worker", "Program.cs"), token);
        var readme = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "README.md"), token);

        Assert.Contains($"```csharp\n{program}```\n", readme, StringComparison.Ordinal);
    }
}
