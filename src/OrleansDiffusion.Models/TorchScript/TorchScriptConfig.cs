using System.Text.Json.Nodes;
using OrleansDiffusion.Models.Networks;
using OrleansDiffusion.Models.UNets;

namespace OrleansDiffusion.Models.TorchScript;

/// <summary>
/// The <c>model.json</c> beside a TorchScript module: what its <c>forward</c> takes and returns, and how it was trained.
/// </summary>
internal sealed record TorchScriptConfig
{
    private const int HashDigits = 64;

    /// <summary><c>torchscript</c>.</summary>
    public string? Kind { get; init; }

    /// <summary>The SHA-256 of <c>model.pt</c> in hexadecimal digits.</summary>
    public string Sha256 { get; init; } = "";

    /// <summary>Shape of a sample.</summary>
    public IReadOnlyList<long> Shape { get; init; } = [];

    /// <summary>What forward returns, as diffusers names it: <c>epsilon</c>, <c>v_prediction</c> or <c>sample</c>.</summary>
    public string? PredictionType { get; init; }

    /// <summary>The entries of diffusers' <c>scheduler_config.json</c>.</summary>
    public JsonObject? Schedule { get; init; }

    /// <summary>The class labels that forward takes; null if it takes none.</summary>
    public Conditioning? Conditioning { get; init; }

    /// <summary>Constants that forward takes, in its order.</summary>
    public IReadOnlyList<ExtraInput?> ExtraInputs { get; init; } = [];

    /// <summary>
    /// The data's variance per element, positive. Default 0.25, that of photographs with values from −1 to 1.
    /// </summary>
    public double DataVariance { get; init; } = 0.25;

    /// <summary>
    /// The model's <see cref="Sampling.IDenoiser.Sensitivity"/>, 1 or more. Default <see cref="ModelCard.UsualSensitivity"/>.
    /// </summary>
    public double Sensitivity { get; init; } = ModelCard.UsualSensitivity;

    /// <summary>The most rows of a call; null for a guess by the size of a sample.</summary>
    public int? BatchLimit { get; init; }

    /// <summary>One line for a person; null for none.</summary>
    public string? Description { get; init; }

    /// <summary>Reads and checks a <c>model.json</c>.</summary>
    /// <param name="json">Its text.</param>
    /// <exception cref="ModelFormatException">Not JSON, or an entry that is unknown, missing or out of range.</exception>
    public static TorchScriptConfig Read(string json)
    {
        var config = DiffusersConfig.Read<TorchScriptConfig>(json);
        config.Validate();
        return config;
    }

    /// <summary>The schedule's entries, with what forward returns.</summary>
    /// <exception cref="ModelFormatException">An entry cannot be used.</exception>
    public SchedulerConfig Scheduler()
    {
        var scheduler = new SchedulerConfig();
        In("schedule", () =>
        {
            scheduler = SchedulerConfig.Read(Schedule!.ToJsonString());
            DiffusersConfig.Require(
                !Schedule.ContainsKey("prediction_type") || scheduler.PredictionType == PredictionType,
                "prediction_type", $"{PredictionType}, as beside the schedule, or left out");
        });
        return scheduler with { PredictionType = PredictionType!, PredictEpsilon = null };
    }

    private void Validate()
    {
        DiffusersConfig.OneOf("kind", Kind, "torchscript");
        DiffusersConfig.Require(
            Sha256.Length == HashDigits && Sha256.All(char.IsAsciiHexDigit), "sha256",
            $"the SHA-256 of the module's file, {HashDigits} hexadecimal digits");
        SampleShape.Elements(Shape);
        DiffusersConfig.OneOf("prediction_type", PredictionType, SchedulerConfig.PredictionTypes);
        DiffusersConfig.Require(Schedule is not null, "schedule", "an object of what a scheduler_config.json says");
        Scheduler();
        Conditioning?.Validate();
        DiffusersConfig.Require(!ExtraInputs.Contains(null), "extra_inputs", "a list of objects");
        for (var i = 0; i < ExtraInputs.Count; i++)
            In($"extra_inputs[{i}]", ExtraInputs[i]!.Validate);
        DiffusersConfig.Require(DataVariance > 0 && double.IsFinite(DataVariance), "data_variance", "positive");
        DiffusersConfig.Require(Sensitivity >= 1 && double.IsFinite(Sensitivity), "sensitivity", "1 or more");
        DiffusersConfig.Require(BatchLimit is null or > 0, "batch_limit", "positive");
    }

    private static void In(string part, Action read)
    {
        try
        {
            read();
        }
        catch (ModelFormatException e)
        {
            throw new ModelFormatException($"{part}: {e.Message}", e);
        }
    }
}
