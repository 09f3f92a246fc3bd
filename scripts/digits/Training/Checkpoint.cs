using static TorchSharp.torch;

namespace OrleansDiffusion.Digits.Training;

/// <summary>Everything a training needs to go on where it was, in one file.</summary>
/// <param name="path">The file.</param>
/// <param name="state">The tensors that training changes, by name.</param>
internal sealed class Checkpoint(string path, IReadOnlyDictionary<string, Tensor> state)
{
    private const string StepName = "step";

    /// <summary>The state of a training of weights with an optimizer and an average.</summary>
    public static Checkpoint Of(string path, Weights weights, Adam adam, MovingAverage average) => new(
        path,
        new[] { ("weights", weights.Values), ("average", average.Values), ("adam.mean", adam.Means), ("adam.square", adam.Squares) }
            .SelectMany(part => part.Item2.Select(p => (Name: $"{part.Item1}.{p.Key}", p.Value)))
            .ToDictionary(p => p.Name, p => p.Value));

    /// <summary>Writes the state, in the place of an older one.</summary>
    /// <param name="step">Steps taken.</param>
    public void Save(long step)
    {
        using var steps = tensor((float)step).view(1);
        WeightFile.Write(path, state.Append(new(StepName, steps)), ScalarType.Float32);
    }

    /// <summary>Takes the state from the file, if there is one.</summary>
    /// <returns>Steps taken when it was saved; 0 if there is none.</returns>
    /// <exception cref="InvalidDataException">It is of another network.</exception>
    public long Restore()
    {
        if (!File.Exists(path))
            return 0;
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        var saved = WeightFile.Read(path);
        foreach (var (name, tensor) in state)
        {
            if (!saved.TryGetValue(name, out var value) || !value.shape.SequenceEqual(tensor.shape))
                throw new InvalidDataException($"{path} is of another network ({name}); remove it to start anew");
            tensor.copy_(value);
        }

        return (long)Number.Of(saved[StepName]);
    }
}
