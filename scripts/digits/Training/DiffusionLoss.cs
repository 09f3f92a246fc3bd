using OrleansDiffusion.Digits.Data;
using OrleansDiffusion.Models;
using OrleansDiffusion.Models.UNets;
using OrleansDiffusion.Sampling.Schedules;
using static TorchSharp.torch;

namespace OrleansDiffusion.Digits.Training;

/// <summary>
/// How badly a network tells the noise in noised images (Ho et al. 2020): the mean square error, at a random timestep an
/// image. One label in ten is withheld, for classifier-free guidance (Ho and Salimans 2022).
/// </summary>
/// <param name="network">The network.</param>
/// <param name="device">Where it computes.</param>
internal sealed class DiffusionLoss(UNet2D network, Device device)
{
    /// <summary>The label of an image whose digit is withheld.</summary>
    public const long NoLabel = 10;

    private const double WithheldShare = 0.1;

    private static readonly DiscreteSchedule Schedule = DiscreteSchedule.Linear();

    /// <summary>The loss over a batch, as a tensor that gradients can be taken of.</summary>
    /// <param name="batch">Images and labels.</param>
    /// <param name="random">Draws timesteps, withheld labels and the noise.</param>
    public Tensor Of(ImageBatch batch, Random random)
    {
        using var scope = NewDisposeScope();
        var count = (int)batch.Labels.shape[0];
        var times = Draw(count, _ => (float)random.Next(Schedule.TrainSteps));
        var withheld = Draw(count, _ => random.NextDouble() < WithheldShare);
        var levels = times.Select(time => Schedule.At(time)).ToArray();

        using var generator = new Generator((ulong)random.Next(), CPU);
        var noise = randn(batch.Images.shape, dtype: ScalarType.Float32, generator: generator).to(device);
        var noised = batch.Images.to(device).mul(Column(levels.Select(level => level.Alpha)))
            .add(noise.mul(Column(levels.Select(level => level.Sigma))), Scalars.One);
        var labels = where(tensor(withheld), tensor(Draw(count, _ => NoLabel)), batch.Labels).to(device);

        var error = network.Forward(noised, tensor(times).to(device), labels).sub(noise);
        return error.mul(error).mean().MoveToOuterDisposeScope();
    }

    private Tensor Column(IEnumerable<double> values) =>
        tensor(values.Select(value => (float)value).ToArray()).view(-1, 1, 1, 1).to(device);

    private static T[] Draw<T>(int count, Func<int, T> draw) => [.. Enumerable.Range(0, count).Select(draw)];
}
