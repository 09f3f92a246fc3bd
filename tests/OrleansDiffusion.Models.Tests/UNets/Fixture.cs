using System.Text.Json.Nodes;
using OrleansDiffusion.Models.Safetensors;
using OrleansDiffusion.Models.UNets;
using static TorchSharp.torch;

namespace OrleansDiffusion.Models.Tests.UNets;

/// <summary>A copy of a fixture in a folder of its own, to be changed.</summary>
internal sealed class Fixture : IDisposable
{
    public const string Tiny = "tiny-unet";
    public const string WithAttention = "tiny-attn-unet";

    private const string Config = "unet/config.json";
    private const string Scheduler = "scheduler/scheduler_config.json";
    private const string Weights = "unet/diffusion_pytorch_model.safetensors";

    public Fixture(string name)
    {
        var original = PathTo(name);
        foreach (var file in Directory.EnumerateFiles(original, "*", SearchOption.AllDirectories))
        {
            var copy = PathOf(Path.GetRelativePath(original, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }

    public string Folder { get; } = Directory.CreateTempSubdirectory("unet-").FullName;

    /// <summary>Where a fixture itself lies.</summary>
    public static string PathTo(string name) => Path.Combine(AppContext.BaseDirectory, "Golden", name);

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    public string PathOf(string file) => Path.Combine(Folder, file);

    public Model Open() => new UNetFolder(Folder).Open("fixture", CPU);

    public UNetVerification Verify() => UNetVerification.Of(Folder);

    public void ChangeConfig(Action<JsonObject> change) => ChangeJson(Config, change);

    public void ChangeScheduler(Action<JsonObject> change) => ChangeJson(Scheduler, change);

    public void ChangeIndex(Action<JsonObject> change) => ChangeJson("model_index.json", change);

    public void ChangeWeights(Action<Dictionary<string, Tensor>> change) => ChangeTensors(Weights, change);

    public void ChangeReference(Action<Dictionary<string, Tensor>> change) =>
        ChangeTensors("reference.safetensors", change);

    /// <summary>Gives the network class embeddings with random values.</summary>
    public void AddClasses(int classes)
    {
        ChangeConfig(config => config["num_class_embeds"] = classes);
        ChangeWeights(weights =>
        {
            var width = weights["time_embedding.linear_2.bias"].shape[0];
            weights["class_embedding.weight"] = new RandomParameters(seed: 3).Get("class_embedding.weight", [classes, width]);
        });
    }

    private void ChangeJson(string file, Action<JsonObject> change)
    {
        var json = JsonNode.Parse(File.ReadAllText(PathOf(file)))!.AsObject();
        change(json);
        File.WriteAllText(PathOf(file), json.ToJsonString());
    }

    private void ChangeTensors(string file, Action<Dictionary<string, Tensor>> change)
    {
        using var scope = NewDisposeScope();
        Dictionary<string, Tensor> tensors;
        using (var old = SafetensorsFile.Open(PathOf(file)))
            tensors = old.Entries.Keys.ToDictionary(name => name, name => old.Load(name));
        change(tensors);
        SafetensorsWriter.Write(PathOf(file), tensors);
    }
}
