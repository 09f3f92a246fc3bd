using System.Security.Cryptography;
using OrleansDiffusion.Cli.Tests;
using OrleansDiffusion.Deployment.Tests.Machines;
using OrleansDiffusion.Tests;

namespace OrleansDiffusion.Deployment.Tests.Scripts;

/// <summary><c>scripts/push-model.sh</c>, before an Azure CLI whose storage is a folder.</summary>
public sealed class PushModelTests : IDisposable
{
    private const string Az = """
        declare -A given
        for ((i = 1; i <= $#; i++)); do
          next=$((i + 1))
          [[ ${!i} != --* ]] || given[${!i}]=${!next:-}
        done
        blob=blobs/${given[--container-name]:-}/${given[--name]:-}
        case "$1 $2 $3" in
          "deployment group show")
            [[ ${given[--query]} != *storageAccount* ]] || echo "${ACCOUNT-theaccount}"
            [[ ${given[--query]} != *modelsContainer* ]] || echo models
            ;;
          "storage blob exists") [[ -f $blob ]] && echo true || echo false ;;
          "storage blob download") cp "$blob" "${given[--file]}" ;;
          "storage blob upload") mkdir -p "$(dirname "$blob")"; cp "${given[--file]}" "$blob" ;;
          "storage blob upload-batch")
            mkdir -p "blobs/${given[--destination]}/${given[--destination-path]}"
            cp -r "${given[--source]}/." "blobs/${given[--destination]}/${given[--destination-path]}"
            ;;
        esac
        """;

    private readonly FakePrograms _programs = new FakePrograms().Add("az", Az);

    public PushModelTests()
    {
        Put("faces/model_index.json", "{}");
        Put("faces/unet/config.json", "one");
    }

    public void Dispose() => _programs.Dispose();

    [Fact]
    public async Task A_machine_takes_what_was_pushed()
    {
        var pushed = await Push("grid faces");
        Assert.True(pushed.ExitCode == 0, pushed.Error);

        await using var azure = new FakeAzure();
        var blobs = _programs.PathOf("blobs/models");
        foreach (var file in Directory.EnumerateFiles(blobs, "*", SearchOption.AllDirectories))
            azure.Blobs[Path.GetRelativePath(blobs, file)] = await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken);
        var synced = await _programs.Run(
            Path.Combine(Repository.Root, "bicep", "machine", "sync-models.sh"), [],
            new Dictionary<string, string?>(StringComparer.Ordinal)
            {
                ["AZURE_CLIENT_ID"] = "me",
                ["ODIFF_METADATA"] = azure.Address,
                ["ODIFF_MODELS_URL"] = azure.Address + "/models",
                ["ODIFF_MODELS_FOLDER"] = Directory.CreateDirectory(_programs.PathOf("machine")).FullName,
            });

        Assert.Equal((0, ""), (synced.ExitCode, synced.Error));
        Assert.Equal("one", await File.ReadAllTextAsync(_programs.PathOf("machine/faces/unet/config.json"), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task The_hash_is_told_last_and_is_that_of_the_list_of_hashes()
    {
        await Push("grid faces --name people");

        var hash = Read("people.sha256");
        var sums = Read($"people/{hash}/SHA256SUMS");
        Assert.Equal(hash, Convert.ToHexStringLower(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(sums))));
        Assert.Equal(["model_index.json", "unet/config.json"], sums.Split('\n')[..^1].Select(line => line[66..]));
        var uploads = _programs.Calls.Where(call => call is [_, "storage", "blob", "upload" or "upload-batch", ..]).ToArray();
        Assert.Contains("people.sha256", uploads[^1]);
        Assert.All(uploads, upload => Assert.Contains("login", upload)); // and no keys
    }

    [Fact]
    public async Task The_same_again_uploads_nothing_and_another_version_wants_to_be_asked_for()
    {
        await Push("grid faces");
        var uploads = Uploads();
        var again = await Push("grid faces");
        Assert.Equal((0, uploads), (again.ExitCode, Uploads()));
        Assert.Contains("there already", again.Output, StringComparison.Ordinal);

        var hash = Read("faces.sha256");
        Put("faces/unet/config.json", "two");
        var refused = await Push("grid faces");
        Assert.Equal((1, uploads), (refused.ExitCode, Uploads()));
        Assert.Contains(hash, refused.Error, StringComparison.Ordinal);
        Assert.Equal(0, (await Push("grid faces --replace")).ExitCode);
        Assert.NotEqual(hash, Read("faces.sha256"));

        int Uploads() => _programs.Calls.Count(call => call is [_, "storage", "blob", "upload" or "upload-batch", ..]);
    }

    [Theory]
    [InlineData("", 2, "usage: ")]
    [InlineData("grid", 2, "usage: ")]
    [InlineData("grid faces --replce", 2, "usage: ")]
    [InlineData("grid nowhere", 1, "there is no folder nowhere")]
    [InlineData("grid faces/unet", 1, "holds no model_index.json")]
    [InlineData("grid faces --name ../faces", 1, "a model's name has")]
    [InlineData("grid faces --name .hidden", 1, "a model's name has")]
    public async Task Wrong_arguments_change_nothing(string arguments, int exitCode, string error)
    {
        var result = await Push(arguments);

        Assert.Equal(exitCode, result.ExitCode);
        Assert.Contains(error, result.Error, StringComparison.Ordinal);
        Assert.Empty(_programs.Calls);
    }

    [Fact]
    public async Task Files_that_could_not_come_to_a_machine_are_refused()
    {
        Put("faces/a name.txt", "x");
        Assert.Contains("a name.txt", (await Push("grid faces")).Error, StringComparison.Ordinal);
        File.Delete(_programs.PathOf("faces/a name.txt"));
        File.CreateSymbolicLink(_programs.PathOf("faces/link"), "/etc/passwd");
        Assert.Contains("./link", (await Push("grid faces")).Error, StringComparison.Ordinal);
        Assert.Empty(_programs.Calls);
    }

    private string Read(string blob) => File.ReadAllText(_programs.PathOf($"blobs/models/{blob}"));

    private void Put(string name, string content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_programs.PathOf(name))!);
        File.WriteAllText(_programs.PathOf(name), content);
    }

    private Task<ChildResult> Push(string arguments) => _programs.Run(
        Path.Combine(Repository.Root, "scripts", "push-model.sh"), arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries));
}
