using System.Reflection;
using System.Xml.Linq;
using NetArchTest.Rules;
using OrleansDiffusion.Client;
using OrleansDiffusion.Contracts.Jobs;
using OrleansDiffusion.Gateway;
using OrleansDiffusion.Grid;
using OrleansDiffusion.Models;
using OrleansDiffusion.Nodes.Planning;
using OrleansDiffusion.Output;
using OrleansDiffusion.Safetensors;
using OrleansDiffusion.Sampling;
using OrleansDiffusion.Silo;
using OrleansDiffusion.Storage;
using OrleansDiffusion.Streaming;

namespace OrleansDiffusion.Cli.Tests;

public class ArchitectureTests
{
    private const string ModelsNamespace = "OrleansDiffusion.Models";
    private const string CliNamespace = "OrleansDiffusion.Cli";

    private static readonly Assembly SamplingAssembly = typeof(Timeline).Assembly;
    private static readonly Assembly ModelsAssembly = typeof(Catalogue).Assembly;
    private static readonly Assembly ContractsAssembly = typeof(SamplingRequest).Assembly;
    private static readonly Assembly NodesAssembly = typeof(SamplingPlan).Assembly;
    private static readonly Assembly GridAssembly = typeof(GridOptions).Assembly;
    private static readonly Assembly SafetensorsAssembly = typeof(SafetensorsHeader).Assembly;
    private static readonly Assembly StorageAssembly = typeof(StorageOptions).Assembly;
    private static readonly Assembly StreamingAssembly = typeof(SweepStreamOptions).Assembly;
    private static readonly Assembly ClientAssembly = typeof(ISamplingClient).Assembly;
    private static readonly Assembly GatewayAssembly = typeof(RunningGateway).Assembly;
    private static readonly Assembly OutputAssembly = typeof(NpyFile).Assembly;
    private static readonly Assembly CliAssembly = Assembly.Load("odiff");

    private static readonly string[] FilesAndNetwork =
    [
        "System.IO.Directory", "System.IO.DirectoryInfo", "System.IO.DriveInfo", "System.IO.File", "System.IO.FileInfo",
        "System.IO.FileStream", "System.IO.FileSystemInfo", "System.IO.RandomAccess", "System.IO.StreamReader",
        "System.IO.StreamWriter", "System.IO.MemoryMappedFiles", "System.IO.Pipes", "System.Net",
    ];

    [Fact]
    public void Sampling_knows_neither_models_nor_the_command_line_nor_files_nor_the_network() =>
        AssertFree(SamplingAssembly, [ModelsNamespace, CliNamespace, "Orleans", .. FilesAndNetwork]);

    [Fact]
    public void Models_know_neither_the_command_line_nor_storage() =>
        AssertFree(ModelsAssembly, [CliNamespace, "System.CommandLine", "OrleansDiffusion.Storage"]);

    [Fact]
    public void Contracts_know_neither_tensors_nor_what_computes_with_them() => AssertFree(
        ContractsAssembly,
        [
            "TorchSharp", ModelsNamespace, "OrleansDiffusion.Sampling", "OrleansDiffusion.Grid", "OrleansDiffusion.Nodes",
            "OrleansDiffusion.Streaming", CliNamespace,
        ]);

    // Silos that hold no time-nodes carry no libtorch: of Sampling the grid uses what needs no tensors.
    [Fact]
    public void Grid_knows_neither_tensors_nor_models_nor_what_holds_time_nodes() => AssertFree(
        GridAssembly,
        [
            "TorchSharp", ModelsNamespace, "OrleansDiffusion.Nodes", "OrleansDiffusion.Streaming", "OrleansDiffusion.Silo",
            CliNamespace,
        ]);

    [Fact]
    public void Streaming_knows_nothing_of_diffusion() => Assert.DoesNotContain(
        StreamingAssembly.GetReferencedAssemblies(),
        name => name.Name!.StartsWith("OrleansDiffusion", StringComparison.Ordinal) || name.Name == "TorchSharp");

    [Fact]
    public void Safetensors_know_nothing_but_the_runtime() => Assert.All(
        SafetensorsAssembly.GetReferencedAssemblies(),
        name => Assert.StartsWith("System.", name.Name, StringComparison.Ordinal));

    // What keeps checkpoints runs where no tensors are, and outlives the cluster that writes them.
    [Fact]
    public void Storage_knows_neither_grains_nor_tensors_and_of_ours_the_safetensors_alone()
    {
        AssertFree(StorageAssembly, ["Orleans", "TorchSharp"]);
        Assert.Equal(
            ["OrleansDiffusion.Safetensors"],
            StorageAssembly.GetReferencedAssemblies().Select(name => name.Name)
                .Where(name => name!.StartsWith("Orleans", StringComparison.Ordinal) || name == "TorchSharp"));
    }

    // A service that calls a cluster carries neither libtorch nor a silo; a gateway neither.
    [Fact]
    public void Clients_and_gateways_know_contracts_and_nothing_that_samples()
    {
        Assert.Equal(["OrleansDiffusion.Contracts", "OrleansDiffusion.Output"], OursIn(ClientAssembly));
        Assert.Equal(
            ["OrleansDiffusion.Client", "OrleansDiffusion.Contracts", "OrleansDiffusion.Output"], OursIn(GatewayAssembly));
        Assert.Empty(OursIn(OutputAssembly));
        AssertFree(ClientAssembly, ["TorchSharp", "Microsoft.AspNetCore"]);
        AssertFree(GatewayAssembly, ["TorchSharp"]);
    }

    [Fact]
    public void Silos_know_neither_clients_nor_gateways()
    {
        Assert.All(
            (Assembly[])[ContractsAssembly, GridAssembly, NodesAssembly, typeof(RunningSilo).Assembly],
            assembly => AssertFree(assembly, ["OrleansDiffusion.Client", "OrleansDiffusion.Gateway", "OrleansDiffusion.Output"]));
    }

    [Fact]
    public void Nodes_know_neither_streams_nor_hosts_nor_the_command_line() => AssertFree(
        NodesAssembly, ["OrleansDiffusion.Streaming", "OrleansDiffusion.Silo", CliNamespace, "System.CommandLine"]);

    [Fact]
    public void The_rules_see_what_they_forbid()
    {
        Assert.NotEmpty(Dependents(CliAssembly, ModelsNamespace));
        Assert.NotEmpty(Dependents(CliAssembly, "System.IO.File"));
        Assert.NotEmpty(Dependents(ModelsAssembly, "OrleansDiffusion.Sampling"));
        Assert.NotEmpty(Dependents(ModelsAssembly, "OrleansDiffusion.Safetensors"));
        Assert.NotEmpty(Dependents(StorageAssembly, "OrleansDiffusion.Safetensors"));
        Assert.NotEmpty(Dependents(NodesAssembly, "OrleansDiffusion.Contracts"));
        Assert.NotEmpty(Dependents(NodesAssembly, "TorchSharp"));
        Assert.NotEmpty(Dependents(GridAssembly, "OrleansDiffusion.Sampling"));
        Assert.NotEmpty(Dependents(GatewayAssembly, "OrleansDiffusion.Client"));
        Assert.NotEmpty(Dependents(GatewayAssembly, "Microsoft.AspNetCore"));
    }

    [Fact]
    public void Only_executables_bring_libtorch()
    {
        var projects = Directory.EnumerateFiles(Repository.Root, "*.csproj", SearchOption.AllDirectories).ToArray();
        var withLibTorch = projects.Where(ReferencesLibTorch).ToArray();

        Assert.Contains(withLibTorch, path => path.EndsWith("OrleansDiffusion.Cli.csproj", StringComparison.Ordinal));
        Assert.All(withLibTorch, path => Assert.Equal("Exe", OutputType(path)));
    }

    private static void AssertFree(Assembly assembly, string[] forbidden) =>
        Assert.All(forbidden, name => Assert.Empty(Dependents(assembly, name)));

    private static IEnumerable<string?> OursIn(Assembly assembly) => assembly.GetReferencedAssemblies()
        .Select(name => name.Name).Where(name => name!.StartsWith("OrleansDiffusion", StringComparison.Ordinal))
        .Order(StringComparer.Ordinal);

    private static IEnumerable<string> Dependents(Assembly assembly, string name) =>
        Types.InAssembly(assembly).That().HaveDependencyOn(name).GetTypes().Select(type => type.FullName!);

    private static bool ReferencesLibTorch(string path) => XDocument.Load(path)
        .Descendants("PackageReference")
        .Any(package => package.Attribute("Include")!.Value.StartsWith("libtorch-", StringComparison.OrdinalIgnoreCase));

    private static string? OutputType(string path) => XDocument.Load(path).Descendants("OutputType").SingleOrDefault()?.Value;
}
