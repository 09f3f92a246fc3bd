using System.Buffers.Binary;
using System.Text.Json;
using static TorchSharp.torch;

namespace OrleansDiffusion.Digits.Training;

/// <summary>Named tensors in a safetensors file, which appears whole or not at all.</summary>
internal static class WeightFile
{
    public static void Write(string path, IEnumerable<KeyValuePair<string, Tensor>> tensors, ScalarType type)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var converted = tensors.OrderBy(p => p.Key, StringComparer.Ordinal)
            .Select(p => (p.Key, Value: p.Value.detach().cpu().to(type).contiguous())).ToList();
        var header = new Dictionary<string, object> { ["__metadata__"] = new { format = "pt" } };
        var end = 0L;
        foreach (var (name, value) in converted)
        {
            var start = end;
            end += value.bytes.Length;
            header[name] = new
            {
                dtype = type == ScalarType.Float16 ? "F16" : "F32", value.shape, data_offsets = new[] { start, end },
            };
        }

        var json = JsonSerializer.SerializeToUtf8Bytes(header);
        var padded = (json.Length + 7) / 8 * 8;
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        using (var stream = File.Create(path + ".tmp"))
        {
            Span<byte> length = stackalloc byte[8];
            BinaryPrimitives.WriteInt64LittleEndian(length, padded);
            stream.Write(length);
            stream.Write(json);
            stream.Write("       "u8[..(padded - json.Length)]);
            foreach (var (_, value) in converted)
                stream.Write(value.bytes);
        }

        File.Move(path + ".tmp", path, overwrite: true);
    }

    public static Dictionary<string, Tensor> Read(string path)
    {
        var content = File.ReadAllBytes(path);
        var start = 8 + (int)BinaryPrimitives.ReadInt64LittleEndian(content);
        using var header = JsonDocument.Parse(content.AsMemory(8, start - 8));
        var tensors = new Dictionary<string, Tensor>();
        foreach (var entry in header.RootElement.EnumerateObject().Where(e => e.Name != "__metadata__"))
        {
            var isHalf = entry.Value.GetProperty("dtype").GetString() == "F16";
            var shape = entry.Value.GetProperty("shape").EnumerateArray().Select(e => e.GetInt64()).ToArray();
            var value = empty(shape, isHalf ? ScalarType.Float16 : ScalarType.Float32);
            content.AsSpan(start + entry.Value.GetProperty("data_offsets")[0].GetInt32(), value.bytes.Length)
                .CopyTo(value.bytes);
            tensors[entry.Name] = value;
        }

        return tensors;
    }
}
