using OrleansDiffusion.Safetensors;

namespace OrleansDiffusion.Storage.Tensors;

/// <summary>A tensor that is written to an object.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Dtype">Format of its numbers.</param>
/// <param name="Shape">Its sizes.</param>
/// <param name="Values">Its little-endian values, piece by piece.</param>
internal sealed record BytesPart(
    string Name, SafetensorsDtype Dtype, IReadOnlyList<long> Shape, IReadOnlyList<ReadOnlyMemory<byte>> Values)
    : SafetensorsPart(Name, Dtype, Shape);
