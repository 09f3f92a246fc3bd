using OrleansDiffusion.Tests;
using static TorchSharp.torch;

namespace OrleansDiffusion.Models.Tests.TorchScript;

public sealed class ModelsFolderTests : IDisposable
{
    private const string Mixture =
        """{"kind":"gaussian-mixture","shape":[2],"weights":[1],"means":[[0,1]],"stddevs":[0.5]}""";

    private static readonly byte[] Module = TorchScriptArchive.Of("x: Tensor, t: Tensor", "return x");

    private readonly ModelsFixture _models = new();

    public void Dispose() => _models.Dispose();

    [Fact]
    public void Models_of_all_kinds_are_opened_by_their_names()
    {
        PutModule("module");
        File.WriteAllText(_models.PathOf("mixture.json"), Mixture);
        Copy(Path.Combine(AppContext.BaseDirectory, "Golden", "tiny-unet"), _models.PathOf("unet"));

        Assert.Equal(["mixture.json", "module", "unet"], _models.Folder.Names());
        foreach (var name in _models.Folder.Names())
        {
            using var model = _models.Folder.Open(name, CPU);
            Assert.Equal(name, model!.Name);
        }
    }

    [Fact]
    public void What_is_no_model_is_not_listed()
    {
        Directory.CreateDirectory(_models.PathOf("empty"));
        File.WriteAllText(_models.PathOf("README.md"), "models");

        Assert.Empty(_models.Folder.Names());
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("../beside")]
    [InlineData("./module")]
    [InlineData("module/")]
    [InlineData("module/../module")]
    [InlineData("module/model.pt")]
    [InlineData("Module")]
    public void A_path_is_no_name(string path)
    {
        PutModule("module");
        PutModule("beside", _models.Outside(""));

        Assert.Null(_models.Folder.Open(path, CPU));
        Assert.Null(_models.Folder.Open(_models.PathOf("module"), CPU));
    }

    [Fact]
    public void A_link_that_leads_out_of_the_folder_is_refused()
    {
        PutModule("beside", _models.Outside(""));
        PutModule("file");
        File.Delete(_models.PathOf("file/model.pt"));
        File.CreateSymbolicLink(_models.PathOf("file/model.pt"), _models.Outside("beside/model.pt"));
        Directory.CreateSymbolicLink(_models.PathOf("direct"), _models.Outside("beside"));
        Directory.CreateSymbolicLink(_models.PathOf("all"), "..");
        Directory.CreateSymbolicLink(_models.PathOf("roundabout"), _models.PathOf("all/beside"));
        Directory.CreateSymbolicLink(_models.PathOf("relative"), "../beside");

        foreach (var name in new[] { "file", "direct", "roundabout", "relative" })
        {
            Assert.Contains(name, _models.Folder.Names());
            Assert.EndsWith(
                "is a symbolic link that leads out of the folder of ODIFF_MODELS", _models.Refusal(name),
                StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_link_that_leads_nowhere_is_refused()
    {
        File.CreateSymbolicLink(_models.PathOf("broken.json"), _models.PathOf("nothing"));
        File.CreateSymbolicLink(_models.PathOf("circle.json"), _models.PathOf("circle.json"));

        foreach (var name in _models.Folder.Names())
            Assert.StartsWith(_models.PathOf(name) + ": ", _models.Refusal(name), StringComparison.Ordinal);
    }

    [Fact]
    public void A_link_inside_the_folder_and_one_to_it_are_followed()
    {
        PutModule("version-2");
        Directory.CreateSymbolicLink(_models.PathOf("latest"), "version-2");
        Directory.CreateSymbolicLink(_models.Outside("link"), _models.Root);

        using var model = new ModelsFolder(_models.Outside("link") + "/").Open("latest", CPU);

        Assert.Equal("latest", model!.Name);
    }

    [Fact]
    public void A_folder_that_is_not_there_is_named() => Assert.Contains(
        "ODIFF_MODELS",
        Assert.Throws<ModelFormatException>(() => new ModelsFolder(_models.Outside("nothing")).Names()).Message,
        StringComparison.Ordinal);

    [Theory]
    [InlineData("module")]
    [InlineData("module/")]
    [InlineData("module/model.pt")]
    public void A_path_to_a_torchscript_model_is_refused_with_what_to_do(string path)
    {
        PutModule("module");

        var message = ModelsFixture.Refusal(() => Catalogue.Open(_models.PathOf(path)));

        Assert.Equal(
            $"{_models.PathOf(path)}: a TorchScript model runs code of its own, so it is opened by name alone, from the "
            + "folder that the environment variable ODIFF_MODELS names; put it there, and ask for the name of its folder",
            message);
    }

    private static void Copy(string from, string to)
    {
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }

    private void PutModule(string name, string? root = null) =>
        _models.Put(name, Module, ModelsFixture.Json(Module), root);
}
