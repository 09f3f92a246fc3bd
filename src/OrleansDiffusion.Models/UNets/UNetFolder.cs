using OrleansDiffusion.Models.Networks;
using OrleansDiffusion.Models.Safetensors;
using static TorchSharp.torch;

namespace OrleansDiffusion.Models.UNets;

/// <summary>
/// A folder that diffusers saved an unconditional or class-conditional pixel model in: <c>model_index.json</c>,
/// <c>scheduler/scheduler_config.json</c>, <c>unet/config.json</c> and
/// <c>unet/diffusion_pytorch_model.safetensors</c>. Where there are no subfolders the files lie in the folder itself,
/// as in google/ddpm-cifar10-32.
/// </summary>
/// <param name="path">The folder.</param>
public sealed class UNetFolder(string path)
{
    private const string Index = "model_index.json";

    /// <summary>Whether a folder looks like one.</summary>
    public static bool IsOne(string path) => File.Exists(Path.Combine(path, Index));

    /// <summary>The weights' file.</summary>
    public string Weights => Part("unet", "diffusion_pytorch_model.safetensors");

    private string Scheduler => Part("scheduler", "scheduler_config.json");

    private string Config => Part("unet", "config.json");

    /// <summary>Opens the model on a device.</summary>
    /// <param name="name">What the model is to be called.</param>
    /// <param name="device">Where the network computes.</param>
    /// <exception cref="ModelFormatException">
    /// A file is missing, says something that is not supported, or the weights are not those of the network.
    /// </exception>
    public Model Open(string name, Device device)
    {
        var config = ReadConfig();
        var scheduler = ConfigFile.Read(Scheduler, SchedulerConfig.Read);
        var card = ConfigFile.Read(Path.Combine(path, Index), json => ModelCard.Read(json, config.NumClassEmbeds));
        var (network, parameters) = OpenNetwork(config, device);
        var denoiser = new UNetDenoiser(network, parameters, config, scheduler.Prediction(), card);
        return new Model(
            name,
            card.Description ?? $"U-Net with {parameters.Count / 1e6:0.0} million parameters",
            DataPrediction.Complete(denoiser, card.NullClass, scheduler),
            scheduler.Schedule(),
            Labels(config, card),
            scheduler.Timeline())
        {
            Fingerprint = Fingerprint.Of(Path.Combine(path, Index), Scheduler, Config, Weights),
        };
    }

    /// <summary>Opens the network alone, to ask it for what it predicts.</summary>
    /// <param name="device">Where it computes.</param>
    /// <exception cref="ModelFormatException">As <see cref="Open"/>.</exception>
    internal (UNet2D Network, NetworkParameters Parameters) OpenNetwork(Device device) => OpenNetwork(ReadConfig(), device);

    private (UNet2D Network, NetworkParameters Parameters) OpenNetwork(UNetConfig config, Device device)
    {
        using var file = SafetensorsFile.Open(Weights);
        var parameters = new NetworkParameters(file, device);
        try
        {
            var network = new UNet2D(config, parameters.Load);
            parameters.CheckAllUsed();
            return (network, parameters);
        }
        catch (ModelFormatException e)
        {
            parameters.Dispose();
            throw new ModelFormatException($"{Weights}: {e.Message}", e);
        }
    }

    private UNetConfig ReadConfig()
    {
        return ConfigFile.Read(Config, json =>
        {
            var config = UNetConfig.Read(json);
            var size = config.SampleSize
                ?? throw new ModelFormatException("sample_size must say how large a sample is");
            _ = SampleShape.Elements([config.InChannels, size.Height, size.Width]);
            return config;
        });
    }

    // A null class at the end of the table is not one to ask for.
    private static ClassLabels? Labels(UNetConfig config, ModelCard card) => config.NumClassEmbeds is not { } embeddings
        ? null
        : new ClassLabels(card.NullClass == embeddings - 1 ? embeddings - 1 : embeddings, card.NullClass);

    private string Part(string folder, string file)
    {
        var inside = Path.Combine(path, folder);
        return Path.Combine(Directory.Exists(inside) ? inside : path, file);
    }
}
