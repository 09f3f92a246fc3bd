using System.Collections.Immutable;

namespace OrleansDiffusion.Storage.Checkpoints;

/// <summary>How far a batch has come.</summary>
/// <param name="JobHash">Names all that the samples depend on; a checkpoint is resumed by the same alone.</param>
/// <param name="Leads">Per sample the block that it enters next, 0 or more.</param>
/// <param name="States">
/// Per sample the little-endian float32 values that left its last block, all of one length; null where it still is at its
/// initial noise.
/// </param>
/// <param name="Account">What else the caller keeps, as JSON; opaque.</param>
public sealed record Checkpoint(
    string JobHash, ImmutableArray<int> Leads, ImmutableArray<byte[]?> States, string Account);
