using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json;
using OrleansDiffusion.Models.Networks;

namespace OrleansDiffusion.Models.UNets;

/// <summary>
/// What this library wants to know of a model and diffusers' files do not say. It stands in <c>model_index.json</c>
/// under <c>orleans_diffusion</c>, and is optional: diffusers reads such a folder as before.
/// </summary>
public sealed record ModelCard
{
    /// <summary>
    /// The sensitivity of a network that nothing is said of: that measured on one that draws digits, by which 126 of 128 of
    /// them keep a tolerance of 1e-3 over 1000 steps of ddpm.
    /// </summary>
    public const double UsualSensitivity = 16;

    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    };

    /// <summary>The label that stands for no class, which guidance needs; null if the network has none.</summary>
    public int? NullClass { get; init; }

    /// <summary>
    /// The data's variance per element, positive. Default 0.25, that of photographs with values from −1 to 1.
    /// </summary>
    public double DataVariance { get; init; } = 0.25;

    /// <summary>
    /// The model's <see cref="Sampling.IDenoiser.Sensitivity"/>, 1 or more. Default <see cref="UsualSensitivity"/>.
    /// </summary>
    public double Sensitivity { get; init; } = UsualSensitivity;

    /// <summary>One line for a person; null for none.</summary>
    public string? Description { get; init; }

    /// <summary>Reads the card of a <c>model_index.json</c>.</summary>
    /// <param name="json">The file's text.</param>
    /// <param name="classes">Class embeddings of the network, if it has any.</param>
    /// <exception cref="ModelFormatException">Not JSON, another pipeline, or values out of range.</exception>
    public static ModelCard Read(string json, int? classes)
    {
        ModelCard card;
        try
        {
            var index = JsonNode.Parse(json) as JsonObject ?? throw new ModelFormatException("must be a JSON object");
            if ((string?)index["_class_name"] is { } pipeline)
                DiffusersConfig.OneOf("_class_name", pipeline, "DDPMPipeline", "DDIMPipeline");
            card = index["orleans_diffusion"].Deserialize<ModelCard>(Json) ?? new ModelCard();
        }
        catch (JsonException e) when (e.Path?.Length > 2)
        {
            throw new ModelFormatException($"orleans_diffusion: {e.Path[2..]} is not known, or has a value of the wrong kind", e);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or ArgumentException)
        {
            throw new ModelFormatException("must be a model index: a JSON object, with orleans_diffusion an object in it", e);
        }

        DiffusersConfig.Require(
            card.NullClass is not { } label || (label >= 0 && label < classes), "null_class", "a label of the network");
        DiffusersConfig.Require(
            card.DataVariance > 0 && double.IsFinite(card.DataVariance), "data_variance", "positive");
        DiffusersConfig.Require(
            card.Sensitivity >= 1 && double.IsFinite(card.Sensitivity), "sensitivity", "1 or more");
        return card;
    }
}
