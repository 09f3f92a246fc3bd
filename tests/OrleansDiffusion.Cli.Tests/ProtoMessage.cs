using System.Buffers.Binary;
using System.Text;

namespace OrleansDiffusion.Cli.Tests;

/// <summary>A message in the wire format of Protocol Buffers, by the numbers of its fields.</summary>
internal sealed class ProtoMessage
{
    private readonly ILookup<int, (ulong Number, ReadOnlyMemory<byte> Bytes)> _fields;

    private ProtoMessage(ILookup<int, (ulong, ReadOnlyMemory<byte>)> fields) => _fields = fields;

    public static ProtoMessage Read(ReadOnlyMemory<byte> bytes) =>
        new(Fields(bytes).ToLookup(field => field.Field, field => (field.Number, field.Bytes)));

    public bool Has(int field) => _fields.Contains(field);

    /// <summary>A number; 0 if it is not there.</summary>
    public long Number(int field) => (long)_fields[field].LastOrDefault().Number;

    /// <summary>A text; empty if it is not there.</summary>
    public string Text(int field) => Encoding.UTF8.GetString(_fields[field].LastOrDefault().Bytes.Span);

    /// <summary>Bytes in hexadecimal.</summary>
    public string Hex(int field) => Convert.ToHexStringLower(_fields[field].LastOrDefault().Bytes.Span);

    /// <summary>Messages within this one.</summary>
    public IEnumerable<ProtoMessage> Messages(int field) => _fields[field].Select(message => Read(message.Bytes));

    private static List<(int Field, ulong Number, ReadOnlyMemory<byte> Bytes)> Fields(ReadOnlyMemory<byte> bytes)
    {
        var fields = new List<(int, ulong, ReadOnlyMemory<byte>)>();
        for (var at = 0; at < bytes.Length;)
        {
            var tag = Varint(bytes.Span, ref at);
            var field = (int)(tag >> 3);
            switch (tag & 7)
            {
                case 0:
                    fields.Add((field, Varint(bytes.Span, ref at), default));
                    break;
                case 1:
                    fields.Add((field, BinaryPrimitives.ReadUInt64LittleEndian(bytes.Span[at..]), default));
                    at += sizeof(ulong);
                    break;
                case 2:
                    var length = (int)Varint(bytes.Span, ref at);
                    fields.Add((field, 0, bytes.Slice(at, length)));
                    at += length;
                    break;
                case 5:
                    fields.Add((field, BinaryPrimitives.ReadUInt32LittleEndian(bytes.Span[at..]), default));
                    at += sizeof(uint);
                    break;
                default:
                    throw new InvalidDataException($"no wire type of Protocol Buffers: {tag & 7}");
            }
        }

        return fields;
    }

    private static ulong Varint(ReadOnlySpan<byte> bytes, ref int at)
    {
        ulong value = 0;
        for (var shift = 0; ; shift += 7)
        {
            var next = bytes[at++];
            value |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80)
                return value;
        }
    }
}
