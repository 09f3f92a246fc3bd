using OrleansDiffusion.Models.Native;
using TorchSharp;

namespace OrleansDiffusion.Cli;

/// <summary>libtorch as the commands use it.</summary>
internal static class TorchRuntime
{
    /// <summary>
    /// Loads libtorch with one thread, or as many as OMP_NUM_THREADS says. The calls of a mixture take a millisecond;
    /// where a machine is shared, threads that wait for one another at every operation make them a hundred times slower.
    /// </summary>
    public static void Load()
    {
        LibTorch.Load();
        if (Environment.GetEnvironmentVariable("OMP_NUM_THREADS") is null or "")
            torch.set_num_threads(1);
    }
}
