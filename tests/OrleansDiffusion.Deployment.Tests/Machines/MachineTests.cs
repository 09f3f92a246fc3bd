using System.Globalization;
using System.Text.RegularExpressions;
using OrleansDiffusion.Cli.Tests;
using OrleansDiffusion.Deployment.Tests.Azure;
using OrleansDiffusion.Models;

namespace OrleansDiffusion.Deployment.Tests.Machines;

/// <summary>What the machines of a deployment do when they start, with the files and settings that they are given.</summary>
/// <param name="bicep">The compiler.</param>
public sealed partial class MachineTests(BicepCompiler bicep)
{
    private static readonly string Folder = Path.Combine(Repository.Root, "bicep", "machine");

    public static TheoryData<string, string> Roles => new()
    {
        { BicepCompiler.Development, "control" },
        { BicepCompiler.Development, "compute" },
        { BicepCompiler.SpotGpu, "control" },
        { BicepCompiler.SpotGpu, "compute" },
        { BicepCompiler.FourGpus, "compute" },
    };

    [Theory]
    [MemberData(nameof(Roles))]
    public async Task Silos_start_with_command_lines_that_odiff_takes_on_ports_that_the_security_group_admits(string parameters, string role)
    {
        var deployment = await bicep.Predict(parameters);
        var settings = deployment.Settings(role);
        var gpus = int.Parse(settings["ODIFF_GPUS"]!, CultureInfo.InvariantCulture);
        using var programs = new FakePrograms().Add("docker", "[[ $1 != login ]] || cat > password").Add("nvidia-smi");
        await using var azure = new FakeAzure();
        var ports = new List<(int Silo, int Client)>();

        for (var number = 0; number < Math.Max(1, gpus); number++)
        {
            var result = await programs.Run(Path.Combine(Folder, "start-silo.sh"), [$"{number}"], Environment(settings, azure));
            Assert.True(result.ExitCode == 0, result.Error);
            Assert.Equal("refresh-token", await File.ReadAllTextAsync(programs.PathOf("password"), TestContext.Current.CancellationToken));
            var (container, command) = Halves(programs.Calls[^1], settings["ODIFF_IMAGE"] ?? Value("ODIFF_IMAGE"));
            var silo = OdiffCommands.Parse(command);
            ports.Add((silo.Option<int>("--silo-port"), silo.Option<int>("--gateway-port")));

            Assert.Equal(
                (role, "odiff", "azure", "auto"),
                (silo.Option<string>("--role"), silo.Option<string>("--cluster"), silo.Option<string>("--eviction-notices"), silo.Option<string>("--address")));
            Assert.Equal(role == "control" ? Value("ODIFF_STORE") : null, silo.Option<string?>("--store"));
            Assert.Equal(role == "control" ? null : gpus > 0 ? "cuda:0" : "cpu", silo.Option<string?>("--devices"));
            Assert.Equal(gpus > 1, silo.Option<bool>("--shares-machine"));
            Assert.Equal(gpus > 0, container.Contains($"device={number}"));
            Assert.Equal(role == "compute", container.Contains($"{Catalogue.FolderVariable}=/models"));
            Assert.Contains("AZURE_CLIENT_ID", container);
        }

        Assert.Equal(Admitted(deployment, "silos"), Range(ports.Select(port => port.Silo), gpusOfGroup: await Widest()));
        Assert.Equal(Admitted(deployment, "clients"), Range(ports.Select(port => port.Client), gpusOfGroup: await Widest()));

        // The group is that of both roles, and compute machines have more silos.
        async Task<int> Widest() => Math.Max(
            1, int.Parse((await bicep.Predict(parameters)).Settings("compute")["ODIFF_GPUS"]!, CultureInfo.InvariantCulture));
    }

    [Fact]
    public async Task A_silo_waits_for_the_driver_of_its_gpu()
    {
        var settings = (await bicep.Predict(BicepCompiler.SpotGpu)).Settings("compute");
        using var programs = new FakePrograms().Add("docker").Add("nvidia-smi", "exit 9");
        await using var azure = new FakeAzure();

        var result = await programs.Run(Path.Combine(Folder, "start-silo.sh"), ["0"], Environment(settings, azure));

        Assert.Equal((1, "GPU 0 has no driver yet"), (result.ExitCode, result.Error));
        Assert.DoesNotContain(programs.Calls, call => call[0] == "docker");
    }

    [Theory]
    [MemberData(nameof(Roles))]
    public async Task Machines_are_given_every_file_and_every_setting_that_their_scripts_name(string parameters, string role)
    {
        var deployment = await bicep.Predict(parameters);
        var files = deployment.Files(role);

        foreach (var file in Directory.EnumerateFiles(Folder))
        {
            var path = Path.GetExtension(file) switch
            {
                ".sh" => "/opt/odiff/",
                ".yaml" => "/etc/odiff/",
                _ => "/etc/systemd/system/",
            };
            Assert.Equal(await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken), files[path + Path.GetFileName(file)]);
        }

        var texts = files.ToDictionary(file => file.Key, file => System.Text.Encoding.UTF8.GetString(file.Value), StringComparer.Ordinal);
        Assert.All(texts.Values.SelectMany(text => PathOnMachine().Matches(text).Select(match => match.Value)), path => Assert.Contains(path, files.Keys));
        string[] othersAlone = role == "control" ? ["sync-models.sh", "report-queue.sh"] : [];
        var named = texts.Where(file => !othersAlone.Contains(Path.GetFileName(file.Key))).SelectMany(file => Named().Matches(file.Value))
            .Select(match => match.Groups["name"].Value).Distinct(StringComparer.Ordinal)
            .Except(role == "control" ? [] : ["ODIFF_STORE"], StringComparer.Ordinal);
        Assert.Equal([], named.Except(deployment.Settings(role).Keys, StringComparer.Ordinal));

        // Azure takes 64 KiB.
        Assert.InRange(files.Values.Sum(content => content.Length) * 16 / 9, 1, 60 << 10);
    }

    [Fact]
    public async Task Preparing_starts_what_a_role_needs()
    {
        var units = Directory.EnumerateFiles(Folder).Select(Path.GetFileName).ToArray();
        foreach (var (parameters, role) in new[] { (BicepCompiler.Development, "control"), (BicepCompiler.FourGpus, "compute") })
        {
            var deployment = await bicep.Predict(parameters);
            var gpus = int.Parse(deployment.Settings(role)["ODIFF_GPUS"]!, CultureInfo.InvariantCulture);
            using var programs = new FakePrograms().Add("systemctl").Add("apt-get").Add("nvidia-ctk").Add("curl").Add("gpg").Add("mkdir");
            var script = (await File.ReadAllTextAsync(Path.Combine(Folder, "prepare.sh"), TestContext.Current.CancellationToken))
                .Replace("/etc/", programs.PathOf("etc") + "/", StringComparison.Ordinal);
            Directory.CreateDirectory(programs.PathOf("etc/odiff"));
            Directory.CreateDirectory(programs.PathOf("etc/apt/sources.list.d"));
            await File.WriteAllLinesAsync(
                programs.PathOf("etc/odiff/machine.env"), deployment.Settings(role).Select(setting => $"{setting.Key}={setting.Value}"), TestContext.Current.CancellationToken);
            await File.WriteAllTextAsync(programs.PathOf("prepare.sh"), script, TestContext.Current.CancellationToken);

            var result = await programs.Run("bash", [programs.PathOf("prepare.sh")]);

            Assert.True(result.ExitCode == 0, result.Error);
            var started = programs.Calls.Single(call => call is ["systemctl", "start", ..])[3..];
            Assert.Equal(Enumerable.Range(0, Math.Max(1, gpus)).Select(i => $"odiff-silo@{i}.service"), started.Where(unit => unit.Contains('@', StringComparison.Ordinal)));
            Assert.Equal(role == "compute", started.Contains("odiff-queue.timer"));
            Assert.All(started, unit => Assert.Contains(InstanceOf().Replace(unit, "@"), units));
            Assert.Equal(gpus > 0, programs.Calls.Any(call => call[0] == "nvidia-ctk"));
        }
    }

    private static Dictionary<string, string?> Environment(IReadOnlyDictionary<string, string?> settings, FakeAzure azure) =>
        new(settings.Select(setting => KeyValuePair.Create(setting.Key, (string?)(setting.Value ?? Value(setting.Key)))), StringComparer.Ordinal)
        {
            ["ODIFF_METADATA"] = azure.Address,
            ["ODIFF_REGISTRY_URL"] = azure.Address,
        };

    // What Azure would know.
    private static string Value(string setting) => setting switch
    {
        "AZURE_CLIENT_ID" => "me",
        "ODIFF_REDIS" => "rediss://entra@redis.example:10000",
        "ODIFF_STORE" => "https://account.blob.example/jobs",
        "ODIFF_IMAGE" => "registry.example/odiff:1.2.3",
        _ => $"{setting}.example",
    };

    private static (string[] Container, string[] Command) Halves(string[] call, string image)
    {
        Assert.Equal(["docker", "run"], call[..2]);
        var at = Array.IndexOf(call, image);
        return (call[..at], call[(at + 1)..]);
    }

    private static string Admitted(PredictedDeployment deployment, string rule) =>
        deployment.Only("Microsoft.Network/networkSecurityGroups", "odiff-silos").GetProperty("properties").GetProperty("securityRules")
            .EnumerateArray().Single(candidate => candidate.GetProperty("name").GetString() == rule)
            .GetProperty("properties").GetProperty("destinationPortRange").GetString()!;

    private static string Range(IEnumerable<int> ports, int gpusOfGroup)
    {
        var all = ports.ToArray();
        Assert.Equal(Enumerable.Range(all[0], all.Length), all);
        Assert.InRange(all.Length, 1, gpusOfGroup);
        return gpusOfGroup == 1 ? $"{all[0]}" : $"{all[0]}-{all[0] + gpusOfGroup - 1}";
    }

    // A setting without a value of its own.
    [GeneratedRegex(@"\$(\{env:)?\{?(?<name>(ODIFF|AZURE)_[A-Z_]+)(?![A-Z_:])", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Named();

    [GeneratedRegex(@"/opt/odiff/[a-z.-]+|/etc/odiff/(?!machine)[a-z.-]+", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex PathOnMachine();

    [GeneratedRegex(@"@\d+", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex InstanceOf();
}
