using System.Security.Cryptography;
using static TorchSharp.torch;

namespace OrleansDiffusion.Models.Tests.TorchScript;

/// <summary>A folder of models for one test, and what lies beside it.</summary>
internal sealed class ModelsFixture : IDisposable
{
    private readonly string _outside = Directory.CreateTempSubdirectory("torchscript-").FullName;

    public ModelsFixture() => Directory.CreateDirectory(Root);

    /// <summary>The folder that an operator would name.</summary>
    public string Root => Path.Combine(_outside, "models");

    public ModelsFolder Folder => new(Root);

    /// <summary>The <c>model.json</c> of a module of two numbers, whose schedule clamps nothing.</summary>
    /// <param name="module">The module's file.</param>
    /// <param name="prediction">What it predicts.</param>
    /// <param name="more">More entries, each with a comma before it.</param>
    public static string Json(byte[] module, string prediction = "epsilon", string more = "") =>
        $$"""
        {"kind":"torchscript","sha256":"{{Convert.ToHexStringLower(SHA256.HashData(module))}}","shape":[2],"prediction_type":"{{prediction}}","schedule":{"clip_sample":false}{{more}}}
        """;

    public string PathOf(string name) => Path.Combine(Root, name);

    public string Outside(string name) => Path.Combine(_outside, name);

    /// <summary>Writes a model, by default where the operator wants it.</summary>
    public void Put(string name, byte[] module, string json, string? root = null)
    {
        var folder = Directory.CreateDirectory(Path.Combine(root ?? Root, name)).FullName;
        File.WriteAllBytes(Path.Combine(folder, "model.pt"), module);
        File.WriteAllText(Path.Combine(folder, "model.json"), json);
    }

    /// <summary>Writes a model and opens it.</summary>
    public Model Open(byte[] module, string json)
    {
        Put("one", module, json);
        return Folder.Open("one", CPU)!;
    }

    /// <summary>Fails unless a model is refused in one short line; returns it.</summary>
    public string Refusal(string name) => Refusal(() => Folder.Open(name, CPU));

    /// <inheritdoc cref="Refusal(string)"/>
    public static string Refusal(Func<Model?> open)
    {
        var message = Assert.Throws<ModelFormatException>(() => open()?.Dispose()).Message;
        Assert.DoesNotContain(message, char.IsControl);
        Assert.InRange(message.Length, 20, 600);
        return message;
    }

    public void Dispose() => Directory.Delete(_outside, recursive: true);
}
