using OrleansDiffusion.Tests;

namespace OrleansDiffusion.Cli.Tests;

public sealed class ModelsVerifyTests : IDisposable
{
    private const string AllThere = "114 tensors, 163985 parameters, all used, none missing";

    private static readonly string Fixture = Path.Combine(AppContext.BaseDirectory, "Golden", "tiny-unet");

    private readonly Odiff _odiff = new();

    public void Dispose() => _odiff.Dispose();

    [Fact]
    public async Task A_whole_folder_is_counted_and_held_against_its_reference()
    {
        var result = await Verify(Fixture);

        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        var lines = result.Output.Split('\n');
        Assert.Equal(AllThere, lines[0]);
        Assert.Matches(@"^largest difference to the reference: \d\.\de-0[5-9]$", lines[1]);
        Assert.Equal(2, lines.Length);
    }

    [Fact]
    public async Task A_folder_without_a_reference_is_counted()
    {
        CopyFixture();
        File.Delete(_odiff.PathOf("reference.safetensors"));

        var result = await Verify(".");

        Assert.Equal((0, AllThere, ""), (result.ExitCode, result.Output, result.Error));
    }

    [Fact]
    public async Task A_difference_above_the_tolerance_is_a_failure_in_one_line()
    {
        var result = await Verify(Fixture, "--tolerance", "1e-9");

        Assert.Equal(1, result.ExitCode);
        Assert.StartsWith($"odiff: {Fixture} differs from its reference by ", result.Error, StringComparison.Ordinal);
        Assert.EndsWith(", more than 1e-09", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', result.Error);
    }

    [Fact]
    public async Task What_is_not_a_number_is_a_failure_whatever_the_tolerance()
    {
        CopyFixture();
        var weights = _odiff.PathOf("unet/diffusion_pytorch_model.safetensors");
        await using (var file = File.OpenWrite(weights))
        {
            file.Seek(-4, SeekOrigin.End);
            file.Write(BitConverter.GetBytes(float.NaN));
        }

        var result = await Verify(".", "--tolerance", "Infinity");

        Assert.Equal(1, result.ExitCode);
        Assert.Equal("odiff: . differs from its reference by NaN, more than Infinity", result.Error);
    }

    [Fact]
    public async Task A_folder_that_cannot_be_used_is_one_line_that_names_the_file()
    {
        CopyFixture();
        File.Delete(_odiff.PathOf("unet/diffusion_pytorch_model.safetensors"));

        var result = await Verify(".");

        Assert.Equal((2, ""), (result.ExitCode, result.Output));
        Assert.Contains("unet/diffusion_pytorch_model.safetensors", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', result.Error);
    }

    private Task<ChildResult> Verify(params string[] words) => _odiff.Run(["models", "verify", .. words]);

    private void CopyFixture()
    {
        foreach (var file in Directory.EnumerateFiles(Fixture, "*", SearchOption.AllDirectories))
        {
            var copy = _odiff.PathOf(Path.GetRelativePath(Fixture, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }
}
