using OrleansDiffusion.Models.Native;
using OrleansDiffusion.Tests;

namespace OrleansDiffusion.Models.Tests.Native;

public sealed class LibTorchFoldersTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("libtorch-").FullName;

    private string Cache => Path.Combine(_folder, "cache");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("load", "")]
    [InlineData("hook", "")]
    [InlineData("load", "lib")]
    public async Task A_named_folder_or_its_lib_folder_is_used(string mode, string subfolder)
    {
        LinkLibTorch(Path.Combine(_folder, "torch", subfolder));

        var result = await LibTorchProbe.Run(mode, Path.Combine(_folder, "torch"), Cache);

        Assert.Equal(new ChildResult(0, "6", ""), result);
    }

    [Theory]
    [InlineData("load")]
    [InlineData("hook")]
    public async Task A_folder_without_libtorch_is_one_clear_line(string mode)
    {
        var result = await LibTorchProbe.Run(mode, _folder, Cache);

        Assert.Equal(1, result.ExitCode);
        Assert.Empty(result.Output);
        Assert.StartsWith(
            $"ODIFF_LIBTORCH names '{_folder}', but neither it nor its 'lib' folder holds libtorch_cpu.so",
            result.Error,
            StringComparison.Ordinal);
        Assert.DoesNotContain('\n', result.Error);
    }

    [Theory]
    [InlineData("load")]
    [InlineData("hook")]
    public async Task Without_any_libtorch_the_error_says_what_to_do(string mode)
    {
        var result = await LibTorchProbe.Run(mode, "", Cache);

        Assert.Equal(1, result.ExitCode);
        Assert.Empty(result.Output);
        Assert.StartsWith("libtorch was not found: reference the package", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', result.Error);
    }

    [Theory]
    [InlineData("load")]
    [InlineData("hook")]
    public async Task A_named_folder_goes_before_the_applications_own(string mode)
    {
        var application = CopyProbe();
        Directory.CreateDirectory(Path.Combine(application, "libtorch"));
        await File.WriteAllTextAsync(
            Path.Combine(application, "libtorch", "libtorch_cpu.so"), "not libtorch", TestContext.Current.CancellationToken);
        LinkLibTorch(Path.Combine(_folder, "torch"));

        var result = await LibTorchProbe.Run(mode, Path.Combine(_folder, "torch"), Cache, application);

        Assert.Equal(new ChildResult(0, "6", ""), result);
    }

    // Two in one process abort it.
    [Theory]
    [InlineData("load")]
    [InlineData("hook")]
    public async Task A_second_libtorch_that_TorchSharp_would_load_is_refused(string mode)
    {
        var application = CopyProbe();
        LinkLibTorch(application);
        LinkLibTorch(Path.Combine(_folder, "torch"));

        var result = await LibTorchProbe.Run(mode, Path.Combine(_folder, "torch"), Cache, application);

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("TorchSharp would also load libtorch_cpu.so from", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', result.Error);
    }

    [Fact]
    public async Task Libtorch_beside_the_executable_is_found()
    {
        var application = CopyProbe();
        LinkLibTorch(application);

        Assert.Equal(new ChildResult(0, "6", ""), await LibTorchProbe.Run("hook", "", Cache, application));
        Assert.Equal(new ChildResult(0, "6", ""), await LibTorchProbe.Run("load", "", Cache, application));
    }

    [Fact]
    public async Task Processes_that_start_at_once_share_an_empty_cache()
    {
        LinkLibTorch(_folder);

        var results = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => LibTorchProbe.Run("load", _folder, Cache)));

        Assert.All(results, result => Assert.Equal(new ChildResult(0, "6", ""), result));
        if (Directory.Exists(Cache)) // it stays empty where the C++ runtime is new enough
            Assert.Single(Directory.EnumerateFiles(Cache, "*", SearchOption.AllDirectories));
    }

    private static void LinkLibTorch(string folder)
    {
        Directory.CreateDirectory(folder);
        foreach (var file in Directory.EnumerateFiles(ApplicationFolders.LibTorch))
            File.CreateSymbolicLink(Path.Combine(folder, Path.GetFileName(file)), file);
    }

    private string CopyProbe()
    {
        var copy = Path.Combine(_folder, "application");
        foreach (var file in Directory.EnumerateFiles(LibTorchProbe.Folder, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(copy, Path.GetRelativePath(LibTorchProbe.Folder, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }

        return copy;
    }
}
