namespace OrleansDiffusion.Contracts.Keys;

/// <summary>The key of a batch's supervisor and sweep streams: <c>jobId/batch</c>.</summary>
/// <param name="JobId">The job; without slashes.</param>
/// <param name="Batch">The batch in the job, from 0.</param>
[GenerateSerializer, Immutable, Alias("odiff.BatchKey")]
public readonly record struct BatchKey([property: Id(0)] string JobId, [property: Id(1)] int Batch)
{
    /// <summary>Reads a key.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static BatchKey Parse(string key)
    {
        var parts = KeyParts.Split(key, 2);
        return new BatchKey(parts[0], KeyParts.Number(key, parts[1]));
    }

    /// <inheritdoc/>
    public override string ToString() => $"{JobId}/{Batch}";
}
