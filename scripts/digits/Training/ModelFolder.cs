using static TorchSharp.torch;

namespace OrleansDiffusion.Digits.Training;

/// <summary>The finished model as a diffusers pipeline's folder, with the weights in float16.</summary>
internal static class ModelFolder
{
    private const string ModelIndex = """
        {
          "_class_name": "DDPMPipeline",
          "_diffusers_version": "0.31.0",
          "orleans_diffusion": {
            "data_variance": 0.38,
            "description": "handwritten digits, 28 x 28, by label",
            "null_class": 10
          },
          "scheduler": ["diffusers", "DDPMScheduler"],
          "unet": ["diffusers", "UNet2DModel"]
        }

        """;

    private const string SchedulerConfig = """
        {
          "_class_name": "DDPMScheduler",
          "_diffusers_version": "0.31.0",
          "beta_end": 0.02,
          "beta_schedule": "linear",
          "beta_start": 0.0001,
          "clip_sample": true,
          "clip_sample_range": 1.0,
          "num_train_timesteps": 1000,
          "prediction_type": "epsilon",
          "variance_type": "fixed_small"
        }

        """;

    /// <summary>Writes the folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="unetConfig">The network's <c>config.json</c>, as it was read.</param>
    /// <param name="weights">The network's weights, by diffusers' names.</param>
    public static void Write(string folder, string unetConfig, IReadOnlyDictionary<string, Tensor> weights)
    {
        Directory.CreateDirectory(Path.Combine(folder, "scheduler"));
        Directory.CreateDirectory(Path.Combine(folder, "unet"));
        File.WriteAllText(Path.Combine(folder, "model_index.json"), ModelIndex);
        File.WriteAllText(Path.Combine(folder, "scheduler", "scheduler_config.json"), SchedulerConfig);
        File.WriteAllText(Path.Combine(folder, "unet", "config.json"), unetConfig);
        WeightFile.Write(
            Path.Combine(folder, "unet", "diffusion_pytorch_model.safetensors"), weights, ScalarType.Float16);
    }
}
