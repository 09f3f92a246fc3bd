using System.Text;
using OrleansDiffusion.Models.Safetensors;
using TorchSharp;
using static TorchSharp.torch;

namespace OrleansDiffusion.Models.Tests.Safetensors;

public sealed class SafetensorsWriterTests : IDisposable
{
    private readonly ScratchFile _scratch = new();
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly Tensor _tensor = RandomTensors.Of(ScalarType.Float32, [2], seed: 1);

    public void Dispose()
    {
        _scope.Dispose();
        _scratch.Dispose();
    }

    [Fact]
    public void A_file_has_exactly_these_bytes()
    {
        _scratch.Write(
            [
                new("half", tensor(new[] { 1f }).to(ScalarType.BFloat16)),
                new("b", tensor(1f)),
                new("a", tensor(new[] { 2f })),
                new("long", tensor(new[] { 3L })),
            ],
            new Dictionary<string, string> { ["z"] = "2", ["format"] = "pt" });

        const string Header =
            """{"__metadata__":{"format":"pt","z":"2"},"long":{"dtype":"I64","shape":[1],"data_offsets":[0,8]}""" +
            ""","a":{"dtype":"F32","shape":[1],"data_offsets":[8,12]}""" +
            ""","b":{"dtype":"F32","shape":[],"data_offsets":[12,16]}""" +
            ""","half":{"dtype":"BF16","shape":[1],"data_offsets":[16,18]}}""";
        var padded = (Header.Length + 7) / 8 * 8;
        Assert.NotEqual(Header.Length, padded);
        byte[] expected =
        [
            .. BitConverter.GetBytes((long)padded), .. Encoding.ASCII.GetBytes(Header.PadRight(padded)),
            3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x40, 0, 0, 0x80, 0x3f, 0x80, 0x3f,
        ];
        Assert.Equal(expected, File.ReadAllBytes(_scratch.Path));
    }

    [Fact]
    public void Any_length_of_name_leaves_the_data_aligned()
    {
        foreach (var length in Enumerable.Range(0, 9))
        {
            using var stream = new MemoryStream();
            SafetensorsWriter.Write(stream, [new(new string('n', length), _tensor)]);

            Assert.Equal(0, BitConverter.ToInt64(stream.ToArray()) % 8);
            Assert.Equal(0, stream.Length % 8);
        }
    }

    [Fact]
    public void The_order_of_what_is_given_does_not_matter()
    {
        KeyValuePair<string, Tensor>[] tensors =
        [
            new("b", _tensor), new("B", _tensor), new("a", _tensor.to(ScalarType.Float16)),
            new("c", _tensor.to(ScalarType.BFloat16)), new("d", tensor(1L)),
        ];

        Assert.Equal(Written(tensors), Written([.. tensors.Reverse()]));
    }

    [Fact]
    public void A_file_of_more_than_2_GiB_is_written_without_holding_it()
    {
        var part = zeros(1 << 24);
        using var stream = new CountingStream();

        SafetensorsWriter.Write(stream, Enumerable.Range(0, 40).Select(i => KeyValuePair.Create($"{i:00}", part)));

        const long Data = 40L << 26;
        var header = Encoding.ASCII.GetString(stream.Start[8..]);
        Assert.Contains($"[{Data - (1 << 26)},{Data}]", header, StringComparison.Ordinal);
        Assert.Equal(8 + BitConverter.ToInt64(stream.Start.AsSpan()) + Data, stream.Length);
    }

    [Fact]
    public void What_cannot_be_written_is_named_and_leaves_nothing()
    {
        AssertRefused("'a'", [new("a", _tensor), new("b", _tensor), new("a", _tensor)]);
        AssertRefused("__metadata__", [new("__metadata__", _tensor)]);
        AssertRefused("'odd?name'", [new("odd\nname", _tensor.to(ScalarType.Float64))]);
        AssertRefused("header", [new(new string('n', 100_000_000), _tensor)]);
        Assert.Empty(_scratch.Left);
    }

    [Fact]
    public void A_file_can_be_replaced_while_it_is_read()
    {
        _scratch.Write([new("a", _tensor)]);
        using var old = _scratch.Open();

        _scratch.Write([new("b", _tensor)]);

        Assert.True(old.Load("a").bytes.SequenceEqual(_tensor.bytes));
        using var now = _scratch.Open();
        Assert.Equal(["b"], now.Entries.Keys);
        Assert.Equal(["model.safetensors"], _scratch.Left);
    }

    private static byte[] Written(KeyValuePair<string, Tensor>[] tensors)
    {
        using var stream = new MemoryStream();
        SafetensorsWriter.Write(stream, tensors, new Dictionary<string, string> { ["format"] = "pt" });
        return stream.ToArray();
    }

    private void AssertRefused(string part, KeyValuePair<string, Tensor>[] tensors)
    {
        var message = Assert.Throws<ArgumentException>(() => _scratch.Write(tensors)).Message;
        Assert.Contains(part, message, StringComparison.Ordinal);
    }
}
