namespace OrleansDiffusion.Models.Tests;

/// <summary>What names the content of a model's files.</summary>
public sealed class FingerprintTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("fingerprint-");

    [Theory]
    [InlineData("model_index.json")]
    [InlineData("scheduler/scheduler_config.json")]
    [InlineData("unet/config.json")]
    [InlineData("unet/diffusion_pytorch_model.safetensors")]
    public void It_is_that_of_a_copy_until_one_of_the_files_changes(string file)
    {
        var original = Path.Combine(AppContext.BaseDirectory, "Golden", "tiny-unet");
        foreach (var source in Directory.EnumerateFiles(original, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(_folder.FullName, Path.GetRelativePath(original, source));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(source, copy);
        }

        var before = Of(original);
        Assert.Equal(64, before.Length);
        Assert.Equal(before, Of(_folder.FullName));
        Change(Path.Combine(_folder.FullName, file));

        Assert.NotEqual(before, Of(_folder.FullName));
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private static string Of(string folder)
    {
        using var model = Catalogue.Open(folder);
        return model.Fingerprint;
    }

    // A weight's last byte, or white space.
    private static void Change(string file)
    {
        var content = File.ReadAllBytes(file);
        if (Path.GetExtension(file) == ".json")
            content = [.. content, (byte)' '];
        else
            content[^1] ^= 1;
        File.WriteAllBytes(file, content);
    }
}
