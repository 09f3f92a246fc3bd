using System.Text.Json;
using OrleansDiffusion.Models;
using OrleansDiffusion.Sampling.Schedules;

namespace OrleansDiffusion.Sampling.Tests;

/// <summary>A case of Golden/cases.json: samples of a mixture drawn by an independent implementation.</summary>
internal sealed class GoldenCase
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Golden");
    private static readonly Dictionary<string, GoldenCase> ByName = Load();

    private readonly JsonElement _json;

    private GoldenCase(JsonElement json)
    {
        _json = json;
        Name = json.GetProperty("name").GetString()!;
        Seed = json.GetProperty("seed").GetUInt64();
        Options = Read(json.GetProperty("sampler").GetString()!, json.GetProperty("parameters"));
        IsPiadm = Options.Sampler is Sampler.PiadmSde or Sampler.PiadmOde;
        Grid = Numbers(json.GetProperty(IsPiadm ? "s" : "timesteps"));
        Schedule = IsPiadm ? new OuSchedule() : DiscreteSchedule.Linear();
        Timeline = Timeline.Create(Options, Schedule);
        var elements = json.GetProperty("shape")[1].GetInt32();
        Samples = NpyFile.ReadRows(Path.Combine(Folder, json.GetProperty("file").GetString()!), elements);
    }

    public static GaussianMixture Mixture { get; } = new(MixtureFile.Read(Path.Combine(Folder, "mixture-a.json")));

    public static IEnumerable<string> Names => ByName.Keys;

    public string Name { get; }

    public ulong Seed { get; }

    /// <summary>The case's parameters; the longest grid is cut, as one block of it would take very many sweeps.</summary>
    public TimelineOptions Options { get; }

    public bool IsPiadm { get; }

    /// <summary>Timesteps, or the OU times of the piadm samplers; noisiest first.</summary>
    public double[] Grid { get; }

    public VariancePreservingSchedule Schedule { get; }

    public Timeline Timeline { get; }

    /// <summary>The first elements of every sample's initial noise.</summary>
    public double[][] InitialNoise => [.. _json.GetProperty("x_T_first8").EnumerateArray().Select(Numbers)];

    /// <summary>The samples, by index in the job from 0.</summary>
    public float[][] Samples { get; }

    public static GoldenCase Named(string name) => ByName[name];

    private static double[] Numbers(JsonElement array) => [.. array.EnumerateArray().Select(n => n.GetDouble())];

    private static Dictionary<string, GoldenCase> Load()
    {
        using var json = JsonDocument.Parse(File.ReadAllText(Path.Combine(Folder, "cases.json")));
        return json.RootElement.GetProperty("cases").EnumerateArray()
            .Select(element => new GoldenCase(element.Clone()))
            .ToDictionary(golden => golden.Name);
    }

    private static TimelineOptions Read(string sampler, JsonElement parameters) => sampler switch
    {
        "piadm-sde" or "piadm-ode" => new TimelineOptions
        {
            Sampler = sampler == "piadm-sde" ? Sampler.PiadmSde : Sampler.PiadmOde,
            Horizon = parameters.GetProperty("T").GetDouble(),
            BlockLength = parameters.GetProperty("block_length").GetDouble(),
            Step = parameters.GetProperty("step").GetDouble(),
            EarlyStop = parameters.GetProperty("eta").GetDouble(),
        },
        _ => new TimelineOptions
        {
            Sampler = sampler switch
            {
                "ddim" => Sampler.Ddim,
                "ddpm" => Sampler.Ddpm,
                "dpmpp-2m" => Sampler.DpmSolverPlusPlus2M,
                _ => throw new InvalidDataException($"unknown sampler {sampler}"),
            },
            Steps = parameters.GetProperty("steps").GetInt32(),
            Spacing = Enum.Parse<TimestepSpacing>(parameters.GetProperty("spacing").GetString()!, ignoreCase: true),
            Eta = parameters.TryGetProperty("eta", out var eta) ? eta.GetDouble() : 0,
            FinalSigma = FinalSigma.Min,
            BlockSteps = parameters.GetProperty("steps").GetInt32() > 100 ? 100 : null,
        },
    };
}
