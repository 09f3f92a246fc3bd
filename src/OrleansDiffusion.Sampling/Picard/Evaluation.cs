using System.Diagnostics;
using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace OrleansDiffusion.Sampling.Picard;

/// <summary>
/// Rounds of model calls: what is due at all nodes of a round goes to the model together, in as few calls as its batch
/// limit allows.
/// </summary>
/// <remarks>Not safe for concurrent use, as its nodes are not.</remarks>
/// <param name="denoiser">The model.</param>
public sealed class Evaluation(IDenoiser denoiser)
{
    private readonly long _elements = denoiser.Shape.Aggregate(1L, (product, size) => product * size);
    private readonly List<(PicardNode Node, int Row)> _due = [];
    private readonly List<NoiseLevel> _levels = [];
    private readonly List<Condition> _conditions = [];

    /// <summary>Time spent in the model so far.</summary>
    public TimeSpan DeviceTime { get; private set; }

    /// <summary>
    /// Evaluates nodes as one round. Rows that come back as NaN or infinity are asked for once more; those that do so
    /// again are in the nodes' <see cref="PicardNode.NotFinite"/>.
    /// </summary>
    /// <param name="nodes">Each once, with the samples that are active there.</param>
    /// <param name="cancellationToken">Ends the round between two calls of the model.</param>
    /// <returns>
    /// Rows that the model was asked for, of every node. If a call throws, what was answered before stays with the
    /// nodes, and another round asks for the rest.
    /// </returns>
    /// <exception cref="ArgumentException">A node's samples are not of the model's shape.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled between two calls.</exception>
    public int[] Ask(IReadOnlyList<(PicardNode Node, bool[] Active)> nodes, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(nodes);
        var rows = new int[nodes.Count];
        try
        {
            for (var i = 0; i < rows.Length; i++)
                rows[i] = Add(nodes[i].Node, nodes[i].Active);
            Run(cancellationToken);
            for (var i = 0; i < rows.Length; i++)
            {
                if (nodes[i].Node.NotFinite.Count > 0)
                    rows[i] += Add(nodes[i].Node, nodes[i].Active);
            }

            Run(cancellationToken);
            return rows;
        }
        finally
        {
            Clear();
        }
    }

    /// <summary>Takes a node's due rows into the round.</summary>
    /// <returns>How many they are.</returns>
    internal int Add(PicardNode node, ReadOnlySpan<bool> active)
    {
        // Rows are read and written without a check of their length.
        if (node.Elements != _elements)
        {
            throw new ArgumentException(
                $"the node's samples have {node.Elements} elements, the model's {_elements}", nameof(node));
        }

        var due = node.Due(active);
        foreach (var row in due)
        {
            _due.Add((node, row));
            _levels.Add(node.LevelOf(row));
            _conditions.Add(node.ConditionOf(row));
        }

        return due.Count;
    }

    /// <summary>Asks the model for all rows of the round.</summary>
    /// <returns>How many they were.</returns>
    /// <exception cref="OperationCanceledException">It was cancelled between two calls.</exception>
    internal int Run(CancellationToken cancellationToken)
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
            Clear();
        }

        return rows;
    }

    private void Clear()
    {
        _due.Clear();
        _levels.Clear();
        _conditions.Clear();
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
