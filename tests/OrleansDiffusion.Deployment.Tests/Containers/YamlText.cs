using System.Text.Json;
using OrleansDiffusion.Cli.Tests;
using YamlDotNet.Core;
using YamlDotNet.Serialization;

namespace OrleansDiffusion.Deployment.Tests.Containers;

/// <summary>YAML as JSON, with its anchors and merges done.</summary>
internal static class YamlText
{
    /// <summary>Reads a file of the repository.</summary>
    public static JsonElement Read(string path) => Parse(File.ReadAllText(Path.Combine(Repository.Root, path)));

    /// <summary>Reads a text.</summary>
    public static JsonElement Parse(string text)
    {
        using var reader = new StringReader(text);
        var value = new DeserializerBuilder().WithAttemptingUnquotedStringTypeDeserialization().Build()
            .Deserialize(new MergingParser(new Parser(reader)));
        using var document = JsonDocument.Parse(new SerializerBuilder().JsonCompatible().Build().Serialize(value!));
        return document.RootElement.Clone();
    }
}
