using System.Collections.Immutable;
using System.Text.Json;
using OrleansDiffusion.Contracts.Jobs;

namespace OrleansDiffusion.Grid.Durability;

/// <summary>What a checkpoint says beside the samples' states, for the supervisor that goes on from it.</summary>
/// <param name="Epoch">The latest epoch when it was written.</param>
/// <param name="Weights">Of that epoch's slices; empty where none was open yet.</param>
/// <param name="Report">What the batch took so far, without the times of its sweeps.</param>
internal sealed record BatchAccount(int Epoch, ImmutableArray<int> Weights, BatchReport Report)
{
    /// <summary>Writes it.</summary>
    public string Write() => JsonSerializer.Serialize(this, RecordJson.Options);

    /// <summary>Reads it.</summary>
    /// <exception cref="JsonException">It is none.</exception>
    public static BatchAccount Read(string text) =>
        JsonSerializer.Deserialize<BatchAccount>(text, RecordJson.Options) ?? throw new JsonException("null is no account");
}
