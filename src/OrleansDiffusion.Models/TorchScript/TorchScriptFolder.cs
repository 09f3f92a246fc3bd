using OrleansDiffusion.Models.Networks;
using OrleansDiffusion.Models.UNets;
using OrleansDiffusion.Sampling;
using static TorchSharp.torch;

namespace OrleansDiffusion.Models.TorchScript;

/// <summary>
/// A folder with a TorchScript module, <c>model.pt</c>, and a <c>model.json</c> that says what it is. The module runs
/// code of its own, so <see cref="ModelsFolder"/> alone opens such a folder.
/// </summary>
/// <param name="path">The folder.</param>
internal sealed class TorchScriptFolder(string path)
{
    private const string Config = "model.json";
    private const string Module = "model.pt";

    /// <summary>The names of its files.</summary>
    public static IReadOnlyList<string> Files { get; } = [Config, Module];

    /// <summary>Whether a folder looks like one.</summary>
    public static bool IsOne(string path) =>
        !UNetFolder.IsOne(path) && Files.Any(file => File.Exists(Path.Combine(path, file)));

    /// <summary>Opens the model on a device, and tries it on one row.</summary>
    /// <param name="name">What the model is to be called.</param>
    /// <param name="device">Where the module computes.</param>
    /// <exception cref="ModelFormatException">
    /// A file is missing, <c>model.json</c> cannot be used, or the module is not what it says.
    /// </exception>
    public Model Open(string name, Device device)
    {
        var config = ConfigFile.Read(Path.Combine(path, Config), TorchScriptConfig.Read);
        var scheduler = config.Scheduler();
        var labels = config.Conditioning is { } classes ? new ClassLabels(classes.Labels, classes.NullLabel) : null;
        return new Model(
            name,
            config.Description ?? "TorchScript module",
            DataPrediction.Complete(OpenDenoiser(config, device), labels?.Null, scheduler),
            scheduler.Schedule(),
            labels,
            scheduler.Timeline())
        {
            Fingerprint = Fingerprint.Of(Path.Combine(path, Config)), // which names that of the module
        };
    }

    private TorchScriptDenoiser OpenDenoiser(TorchScriptConfig config, Device device)
    {
        var file = Path.Combine(path, Module);
        var denoiser = new TorchScriptDenoiser(TorchScriptModule.Load(file, config.Sha256, device), config, device);
        try
        {
            using var x = zeros([1, .. config.Shape], ScalarType.Float32);
            using var denoised = denoiser.Denoise(x, [new NoiseLevel(1, 1, 0)], [new Condition(0)]);
            return denoiser;
        }
        catch (Exception e)
        {
            denoiser.Dispose();
            throw e as ModelFormatException ?? new ModelFormatException($"{file}: {TorchError.Line(e)}", e);
        }
    }
}
