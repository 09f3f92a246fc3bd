using System.Security.Cryptography;
using System.Text.Json;
using OrleansDiffusion.Contracts.Sweeps;

namespace OrleansDiffusion.Grid.Durability;

/// <summary>Names all that a batch's samples depend on: a checkpoint is resumed by the same alone.</summary>
internal static class JobHash
{
    /// <summary>The hash, hexadecimal.</summary>
    public static string Of(BatchAssignment batch) => Convert.ToHexStringLower(SHA256.HashData(
        JsonSerializer.SerializeToUtf8Bytes(
            new { Request = batch.Request.WithoutTurn(), batch.Outline, batch.FirstSample, batch.Samples }, RecordJson.Options)));
}
