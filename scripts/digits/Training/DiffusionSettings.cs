using static TorchSharp.torch;

namespace OrleansDiffusion.Digits.Training;

/// <summary>How the network is trained.</summary>
/// <param name="Work">The folder of checkpoints.</param>
/// <param name="Config">The network's <c>config.json</c>.</param>
/// <param name="Out">The folder of the finished model.</param>
/// <param name="Device">Where to compute.</param>
/// <param name="Threads">Threads that share a batch.</param>
/// <param name="Steps">How many batches.</param>
/// <param name="Batch">Images a batch.</param>
/// <param name="Rate">The largest learning rate.</param>
/// <param name="MostShift">By how many pixels images are moved at random, at most.</param>
/// <param name="Seed">Everything random follows from it.</param>
internal sealed record DiffusionSettings(
    string Work, string Config, string Out, Device Device, int Threads, long Steps, int Batch, double Rate, int MostShift, int Seed);
