using System.Collections.Concurrent;
using System.Diagnostics;
using System.Reflection;
using System.Text.Json;
using OrleansDiffusion.Cli.Tests;
using OrleansDiffusion.Tests;

[assembly: AssemblyFixture(typeof(OrleansDiffusion.Deployment.Tests.Azure.BicepCompiler))]

namespace OrleansDiffusion.Deployment.Tests.Azure;

/// <summary>The Bicep compiler of the package, over a copy of the templates.</summary>
public sealed class BicepCompiler : IDisposable
{
    /// <summary>The parameter files.</summary>
    public const string Development = "parameters/development.bicepparam";

    /// <summary>That of spot machines.</summary>
    public const string SpotGpu = "parameters/spot-gpu.bicepparam";

    /// <summary>One of spot machines with four GPUs each, made for tests.</summary>
    public const string FourGpus = "parameters/four-gpus.bicepparam";

    private static readonly string Program = typeof(BicepCompiler).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == "Bicep").Value!;

    private readonly string _folder = Directory.CreateTempSubdirectory("odiff-bicep-").FullName;
    private readonly ConcurrentDictionary<string, Lazy<Task<ChildResult>>> _results = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Lazy<Task<PredictedDeployment>>> _predicted = new(StringComparer.Ordinal);

    public BicepCompiler()
    {
        var source = Path.Combine(Repository.Root, "bicep");
        foreach (var file in Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(_folder, Path.GetRelativePath(source, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }

        var spot = File.ReadAllText(Path.Combine(_folder, SpotGpu));
        File.WriteAllText(Path.Combine(_folder, FourGpus), spot.Replace("Standard_NC24ads_A100_v4", "Standard_NC96ads_A100_v4", StringComparison.Ordinal));

        // Unpacked packages have lost it.
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(Program, File.GetUnixFileMode(Program) | UnixFileMode.UserExecute);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>What a command of the compiler says in the templates' folder.</summary>
    internal Task<ChildResult> Run(params string[] arguments) =>
        _results.GetOrAdd(string.Join(' ', arguments), _ => new Lazy<Task<ChildResult>>(() => RunAnew(arguments))).Value;

    /// <summary>What would be deployed by a parameter file.</summary>
    internal Task<PredictedDeployment> Predict(string parameters) =>
        _predicted.GetOrAdd(parameters, _ => new Lazy<Task<PredictedDeployment>>(() => Snapshot(parameters))).Value;

    private Task<ChildResult> RunAnew(string[] arguments)
    {
        var start = new ProcessStartInfo(Program, arguments) { WorkingDirectory = _folder };
        start.Environment["ODIFF_API_KEYS"] = "a-key-of-the-tests";
        start.Environment["ODIFF_SSH_KEY"] = "ssh-ed25519 AAAA tests";
        start.Environment["ODIFF_BUDGET_EMAIL"] = "somebody@example.com";
        start.Environment["ODIFF_VERSION"] = "1.2.3";
        return ChildProcess.Run(start);
    }

    private async Task<PredictedDeployment> Snapshot(string parameters)
    {
        var result = await Run(
            "snapshot", parameters, "--mode", "overwrite", "--location", "westeurope", "--resource-group", "grid",
            "--subscription-id", "00000000-0000-0000-0000-000000000001");
        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        using var content = File.OpenRead(Path.Combine(_folder, Path.ChangeExtension(parameters, ".snapshot.json")));
        using var document = await JsonDocument.ParseAsync(content);
        return new PredictedDeployment(document.RootElement.Clone());
    }
}
