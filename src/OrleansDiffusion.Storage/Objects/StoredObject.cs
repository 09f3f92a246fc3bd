namespace OrleansDiffusion.Storage.Objects;

/// <summary>An object as it was read.</summary>
/// <param name="Content">All of its bytes.</param>
/// <param name="Version">Names this content of this object; opaque.</param>
public sealed record StoredObject(ReadOnlyMemory<byte> Content, string Version);
