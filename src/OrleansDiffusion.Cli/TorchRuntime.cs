using OrleansDiffusion.Models.Native;
using TorchSharp;

namespace OrleansDiffusion.Cli;

/// <summary>libtorch as the commands use it.</summary>
internal static class TorchRuntime
{
    /// <summary>
    /// Loads libtorch with one thread, or as many as OMP_NUM_THREADS says. The operations of mixtures and small networks
    /// take microseconds; where a machine is shared, threads that wait for one another at each of them make a call ten to
    /// a hundred times slower. Networks give each core rows of its own instead.
    /// </summary>
    public static void Load()
    {
        HostAllocator.KeepFreedMemory();
        LibTorch.Load();
        if (Environment.GetEnvironmentVariable("OMP_NUM_THREADS") is null or "")
            torch.set_num_threads(1);
    }
}
