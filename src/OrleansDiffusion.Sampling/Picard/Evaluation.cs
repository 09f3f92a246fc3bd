using System.Diagnostics;
using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace OrleansDiffusion.Sampling.Picard;

/// <summary>
/// Rounds of model calls: what is due at all nodes of a round goes to the model together, in as few calls as its batch
/// limit allows.
/// </summary>
/// <param name="denoiser">The model.</param>
internal sealed class Evaluation(IDenoiser denoiser)
{
    private readonly List<(PicardNode Node, int Row)> _due = [];
    private readonly List<NoiseLevel> _levels = [];
    private readonly List<Condition> _conditions = [];

    /// <summary>Time spent in the model so far.</summary>
    public TimeSpan DeviceTime { get; private set; }

    /// <summary>Takes a node's due rows into the round.</summary>
    public void Add(PicardNode node, ReadOnlySpan<bool> active)
    {
        foreach (var row in node.Due(active))
        {
            _due.Add((node, row));
            _levels.Add(node.LevelOf(row));
            _conditions.Add(node.ConditionOf(row));
        }
    }

    /// <summary>Asks the model for all of them.</summary>
    /// <returns>How many they were.</returns>
    /// <exception cref="OperationCanceledException">It was cancelled between two calls.</exception>
    public int Run(CancellationToken cancellationToken)
    {
        var rows = _due.Count;
        try
        {
            for (var first = 0; first < rows; first += denoiser.BatchLimit)
            {
                cancellationToken.ThrowIfCancellationRequested();
                Call(first, Math.Min(denoiser.BatchLimit, rows - first));
            }
        }
        finally
        {
            _due.Clear();
            _levels.Clear();
            _conditions.Clear();
        }

        return rows;
    }

    private void Call(int first, int count)
    {
        var due = CollectionsMarshal.AsSpan(_due).Slice(first, count);
        var elements = due[0].Node.Elements;
        using var input = Gather(due, elements);
        using var shaped = input.view([count, .. denoiser.Shape]);
        var started = Stopwatch.GetTimestamp();
        using var output = denoiser.Denoise(
            shaped, CollectionsMarshal.AsSpan(_levels).Slice(first, count),
            CollectionsMarshal.AsSpan(_conditions).Slice(first, count));
        using var fresh = HostTensor.From(output, count, elements); // waits for the device
        DeviceTime += Stopwatch.GetElapsedTime(started);
        for (var i = 0; i < count; i++)
            due[i].Node.Absorb(due[i].Row, fresh.Row(i));
    }

    // Rows that lie together are handed over without a copy.
    private static Tensor Gather(ReadOnlySpan<(PicardNode Node, int Row)> due, int elements)
    {
        var (node, start) = due[0];
        if (due[^1].Node == node && due[^1].Row - start == due.Length - 1)
            return node.Rows(start, due.Length);
        var gathered = new HostTensor(due.Length, elements);
        for (var i = 0; i < due.Length; i++)
            due[i].Node.X(due[i].Row).CopyTo(gathered.Row(i));
        return gathered.Tensor;
    }
}
