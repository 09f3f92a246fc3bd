using System.Security.Cryptography;
using System.Text;
using OrleansDiffusion.Cli.Tests;

namespace OrleansDiffusion.Deployment.Tests.Machines;

/// <summary>How models come to a machine from the catalogue's container.</summary>
public sealed class ModelTests : IAsyncDisposable
{
    private readonly FakePrograms _programs = new();
    private readonly FakeAzure _azure = new();
    private readonly string _models;

    public ModelTests() => _models = Directory.CreateDirectory(_programs.PathOf("models")).FullName;

    public async ValueTask DisposeAsync()
    {
        await _azure.DisposeAsync();
        _programs.Dispose();
    }

    [Fact]
    public async Task A_model_comes_whole_and_the_next_version_takes_its_place()
    {
        Put("faces", ("model_index.json", "{}"), ("unet/config.json", "one"));
        Assert.Equal((0, ""), await Sync());
        Assert.Equal("one", Read("faces/unet/config.json"));

        var version = Put("faces", ("model_index.json", "{}"), ("unet/config.json", "two"));
        var second = await Sync();
        Assert.Equal((0, ""), second);
        Assert.Equal("two", Read("faces/unet/config.json"));
        Assert.EndsWith(version, new FileInfo(Path.Combine(_models, "faces")).LinkTarget, StringComparison.Ordinal);
        Assert.Equal(["faces"], Directory.EnumerateFileSystemEntries(_models).Select(Path.GetFileName).Where(name => !name!.StartsWith('.')));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_models, ".part*"));
    }

    [Fact]
    public async Task A_model_that_is_there_is_not_fetched_again()
    {
        var version = Put("faces", ("model_index.json", "{}"));
        await Sync();
        _azure.Blobs.TryRemove($"faces/{version}/SHA256SUMS", out _);

        Assert.Equal((0, ""), await Sync());
    }

    [Theory]
    [InlineData("changed")] // a file
    [InlineData("list")] // the list of files
    [InlineData("missing")] // a file
    [InlineData("outside")] // a file's name leads out
    public async Task What_does_not_have_its_hash_is_not_taken_and_others_are(string mistake)
    {
        var version = mistake == "outside"
            ? Put("bad", ("model_index.json", "{}"), ("../escaped", "x"))
            : Put("bad", ("model_index.json", "{}"), ("weights", "x"));
        Put("good", ("model_index.json", "{}"));
        if (mistake == "changed")
            _azure.Blobs[$"bad/{version}/weights"] = [1];
        else if (mistake == "list")
            _azure.Blobs[$"bad/{version}/SHA256SUMS"] = [];
        else if (mistake == "missing")
            _azure.Blobs.TryRemove($"bad/{version}/weights", out _);

        var (exitCode, error) = await Sync();

        Assert.Equal(1, exitCode);
        Assert.Contains("model bad is not what its hash says", error, StringComparison.Ordinal);
        Assert.False(Path.Exists(Path.Combine(_models, "bad")));
        Assert.False(Path.Exists(Path.Combine(_models, "escaped")));
        Assert.Equal("{}", Read("good/model_index.json"));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_models, ".part*"));
    }

    // As push-model.sh does it.
    private string Put(string name, params (string File, string Content)[] files)
    {
        var sums = string.Concat(files.Select(file => $"{Hash(Encoding.UTF8.GetBytes(file.Content))}  {file.File}\n"));
        var version = Hash(Encoding.UTF8.GetBytes(sums));
        foreach (var (file, content) in files)
            _azure.Blobs[$"{name}/{version}/{file}"] = Encoding.UTF8.GetBytes(content);
        _azure.Blobs[$"{name}/{version}/SHA256SUMS"] = Encoding.UTF8.GetBytes(sums);
        _azure.Blobs[$"{name}.sha256"] = Encoding.UTF8.GetBytes(version);
        return version;
    }

    private static string Hash(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content));

    private string Read(string file) => File.ReadAllText(Path.Combine(_models, file));

    private async Task<(int ExitCode, string Error)> Sync()
    {
        var result = await _programs.Run(
            Path.Combine(Repository.Root, "bicep", "machine", "sync-models.sh"), [],
            new Dictionary<string, string?>(StringComparer.Ordinal)
            {
                ["AZURE_CLIENT_ID"] = "me",
                ["ODIFF_METADATA"] = _azure.Address,
                ["ODIFF_MODELS_URL"] = _azure.Address + "/models",
                ["ODIFF_MODELS_FOLDER"] = _models,
            });
        return (result.ExitCode, result.Error);
    }
}
