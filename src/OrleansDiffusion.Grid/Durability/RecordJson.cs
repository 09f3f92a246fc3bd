using System.Text.Json;
using System.Text.Json.Serialization;
using OrleansDiffusion.Storage.Objects;

namespace OrleansDiffusion.Grid.Durability;

/// <summary>How records are written: for people to read, with the command line's names.</summary>
internal static class RecordJson
{
    public static JsonSerializerOptions Options { get; } = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    /// <summary>Reads a record.</summary>
    /// <param name="store">From where.</param>
    /// <param name="name">Its name there.</param>
    /// <param name="kind">What it is, for people.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>The record and its version; null if there is none.</returns>
    /// <exception cref="BrokenObjectException">There is something else in its place.</exception>
    /// <exception cref="StoreException">The store failed.</exception>
    public static async Task<(T Record, string Version)?> Read<T>(
        IObjectStore store, string name, string kind, CancellationToken cancellationToken)
        where T : class
    {
        if (await store.Read(name, cancellationToken) is not { } there)
            return null;
        try
        {
            var record = JsonSerializer.Deserialize<T>(there.Content.Span, Options);
            return record is null ? throw new JsonException("it says null") : (record, there.Version);
        }
        catch (JsonException e)
        {
            throw new BrokenObjectException(name, $"is no {kind}'s record: {e.Message.ReplaceLineEndings(" ")}", e);
        }
    }

    /// <summary>Writes a record in place of the one that was read or written last.</summary>
    /// <param name="store">Where.</param>
    /// <param name="name">Its name there.</param>
    /// <param name="record">The record.</param>
    /// <param name="version">The version of the one before; null where there was none.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>Its version.</returns>
    /// <exception cref="StoreConflictException">Somebody else has written it since.</exception>
    /// <exception cref="StoreException">The store failed.</exception>
    public static Task<string> Write<T>(
        IObjectStore store, string name, T record, string? version, CancellationToken cancellationToken) => store.Write(
            name, JsonSerializer.SerializeToUtf8Bytes(record, Options),
            version is null ? WriteCondition.IfAbsent : WriteCondition.IfVersion(version), cancellationToken);
}
