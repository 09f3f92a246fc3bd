using System.Text.Json;
using OrleansDiffusion.Cli.Tests;

namespace OrleansDiffusion.Deployment.Tests.Azure;

/// <summary>The templates as the compiler and its linter see them.</summary>
/// <param name="bicep">The compiler.</param>
public sealed class CompileTests(BicepCompiler bicep)
{
    [Theory]
    [InlineData("build", "main.bicep", "--stdout")]
    [InlineData("lint", "main.bicep")]
    [InlineData("build-params", BicepCompiler.Development, "--stdout")]
    [InlineData("build-params", BicepCompiler.SpotGpu, "--stdout")]
    [InlineData("lint", BicepCompiler.Development)]
    [InlineData("lint", BicepCompiler.SpotGpu)]
    public async Task Templates_and_parameters_compile_without_a_word(params string[] command)
    {
        var result = await bicep.Run(command);

        Assert.Equal((0, ""), (result.ExitCode, result.Error));
    }

    [Fact]
    public void Every_parameter_file_is_tested() => Assert.Equal(
        new[] { BicepCompiler.Development, BicepCompiler.SpotGpu }.Select(path => Path.GetFileName(path)).Order(),
        Directory.EnumerateFiles(Path.Combine(Repository.Root, "bicep", "parameters")).Select(path => Path.GetFileName(path)).Order());

    [Fact]
    public async Task No_output_is_a_secret_and_no_secret_has_a_default()
    {
        var compiled = await bicep.Run("build", "main.bicep", "--stdout");
        using var document = JsonDocument.Parse(compiled.Output);
        foreach (var template in Templates(document.RootElement))
        {
            var outputs = template.TryGetProperty("outputs", out var all) ? all.EnumerateObject().ToArray() : [];
            Assert.All(outputs, output =>
            {
                Assert.DoesNotContain("secure", output.Value.GetRawText(), StringComparison.OrdinalIgnoreCase);
                Assert.DoesNotContain("list", $"{output.Value.GetProperty("value")}", StringComparison.OrdinalIgnoreCase);
                Assert.DoesNotMatch("(?i)key|secret|password|connectionstring", output.Name);
            });
            var secure = template.GetProperty("parameters").EnumerateObject()
                .Where(parameter => parameter.Value.TryGetProperty("type", out var type)
                    && type.GetString()!.StartsWith("secure", StringComparison.OrdinalIgnoreCase))
                .ToArray();
            Assert.All(secure, parameter => Assert.False(parameter.Value.TryGetProperty("defaultValue", out _)));
        }

        Assert.Equal(
            "securestring",
            document.RootElement.GetProperty("parameters").GetProperty("gatewayApiKeys").GetProperty("type").GetString());
    }

    // A template, and those of its modules.
    private static IEnumerable<JsonElement> Templates(JsonElement template)
    {
        yield return template;
        var resources = template.GetProperty("resources");
        var all = resources.ValueKind == JsonValueKind.Object
            ? resources.EnumerateObject().Select(resource => resource.Value)
            : resources.EnumerateArray();
        foreach (var resource in all.Where(resource => resource.GetProperty("type").GetString() == "Microsoft.Resources/deployments"))
        {
            foreach (var nested in Templates(resource.GetProperty("properties").GetProperty("template")))
                yield return nested;
        }
    }
}
