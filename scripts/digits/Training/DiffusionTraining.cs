using System.Diagnostics;
using OrleansDiffusion.Digits.Data;
using OrleansDiffusion.Models.UNets;

namespace OrleansDiffusion.Digits.Training;

/// <summary>Trains the network, from the last checkpoint if there is one.</summary>
/// <param name="images">What it learns.</param>
/// <param name="settings">How long and how.</param>
internal sealed class DiffusionTraining(DigitImages images, DiffusionSettings settings)
{
    private const string CheckpointName = "checkpoint.safetensors";

    private static readonly TimeSpan BetweenCheckpoints = TimeSpan.FromMinutes(3);

    /// <summary>Trains to the end and writes the model, or stops when asked to; either way with a checkpoint.</summary>
    /// <exception cref="OperationCanceledException">It was asked to stop, and has saved what it had.</exception>
    public void Run(CancellationToken stop)
    {
        var config = File.ReadAllText(settings.Config);
        using var weights = new Weights(settings.Device, settings.Seed);
        using var workers = new Workers(UNetConfig.Read(config), weights, settings.Threads);
        using var adam = new Adam(weights.Values);
        using var average = new MovingAverage(weights.Values);
        var checkpoint = Checkpoint.Of(Path.Combine(settings.Work, CheckpointName), weights, adam, average);
        var step = checkpoint.Restore();
        Console.WriteLine(
            $"{weights.Values.Values.Sum(p => p.numel())} parameters on {settings.Device}, from step {step}");

        var rate = new LearningRate(settings.Rate, settings.Steps);
        var order = new Shuffle(images.Count, settings.Seed);
        var progress = new ProgressLine(settings.Steps, settings.Batch, step);
        var sinceCheckpoint = Stopwatch.StartNew();
        for (; step < settings.Steps && !stop.IsCancellationRequested; step++)
        {
            progress.Step(step, Step(step));
            if (sinceCheckpoint.Elapsed > BetweenCheckpoints)
            {
                checkpoint.Save(step + 1);
                sinceCheckpoint.Restart();
            }
        }

        checkpoint.Save(step);
        if (step < settings.Steps)
            throw new OperationCanceledException($"stopped after step {step}; run it again to go on");
        ModelFolder.Write(settings.Out, config, average.Values);
        Console.WriteLine($"wrote {settings.Out}");

        double Step(long number)
        {
            var indices = order.Indices(number, settings.Batch);
            var loss = workers.AddGradients(images, indices, settings.MostShift, Seeds.Of(settings.Seed, number));
            adam.Step(number, rate.At(number));
            average.Update(number);
            return loss;
        }
    }
}
