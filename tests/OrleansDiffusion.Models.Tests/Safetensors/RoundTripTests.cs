using OrleansDiffusion.Models.Safetensors;
using TorchSharp;
using static TorchSharp.torch;

namespace OrleansDiffusion.Models.Tests.Safetensors;

public sealed class RoundTripTests : IDisposable
{
    private readonly ScratchFile _scratch = new();
    private readonly DisposeScope _scope = NewDisposeScope();

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 40)];

    public void Dispose()
    {
        _scope.Dispose();
        _scratch.Dispose();
    }

    [Theory]
    [InlineData(ScalarType.Float32, new long[] { 3, 5 })]
    [InlineData(ScalarType.Float16, new long[] { 7 })]
    [InlineData(ScalarType.BFloat16, new long[] { 2, 1, 3 })]
    [InlineData(ScalarType.Int64, new long[] { 4 })]
    [InlineData(ScalarType.Float32, new long[0])]
    [InlineData(ScalarType.Float16, new long[] { 0 })]
    [InlineData(ScalarType.Int64, new long[] { 3, 0, 5 })]
    [InlineData(ScalarType.BFloat16, new long[] { 3, TensorChunks.MostBytes })]
    [InlineData(ScalarType.Float32, new long[] { TensorChunks.MostBytes + 1L })]
    public void A_tensor_comes_back_bit_for_bit(ScalarType dtype, long[] shape)
    {
        var tensor = RandomTensors.Of(dtype, shape, seed: 1);
        _scratch.Write([new("a", tensor)]);

        using var file = _scratch.Open();
        AssertSame(tensor, file.Load("a"));
        Assert.Equal(dtype, TensorDtypes.Of(file.Entries["a"].Dtype));
        Assert.Equal(shape, file.Entries["a"].Shape);
        Assert.Equal(tensor.NumberOfElements, file.Entries["a"].Elements);
        Assert.Equal(tensor.bytes.Length, file.Entries["a"].Length);
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Any_tensors_come_back_aligned_and_bit_for_bit(int seed)
    {
        var tensors = RandomTensors.Some(seed);
        _scratch.Write(tensors);

        using var file = _scratch.Open();
        Assert.Equal(tensors.Keys.Order(), file.Entries.Keys.Order());
        Assert.Empty(file.Metadata);
        foreach (var (name, tensor) in tensors)
        {
            AssertSame(tensor, file.Load(name));
            Assert.Equal(0, file.Entries[name].Begin % tensor.ElementSize);
        }
    }

    [Fact]
    public void Names_and_metadata_may_be_any_text()
    {
        string[] texts = ["", " ", "\"quoted\"\\", "line\nbreak\t\0", "größe 数 😀", "dtype", "</script>"];
        var tensor = RandomTensors.Of(ScalarType.Float32, [2], seed: 1);
        _scratch.Write(texts.Select(text => KeyValuePair.Create(text, tensor)), texts.ToDictionary(text => text));

        using var file = _scratch.Open();
        Assert.Equal(texts.Order(StringComparer.Ordinal), file.Entries.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(texts.ToDictionary(text => text), file.Metadata);
    }

    [Fact]
    public void No_tensors_make_a_file_too()
    {
        _scratch.Write([]);

        using var file = _scratch.Open();
        Assert.Empty(file.Entries);
    }

    [Fact]
    public void What_is_not_contiguous_is_written_as_it_reads()
    {
        var tensor = RandomTensors.Of(ScalarType.Float32, [3, 4], seed: 1);
        _scratch.Write(
            [new("turned", tensor.t()), new("part", tensor.narrow(1, 1, 2)), new("wide", tensor[0].expand(5, 4))]);

        using var file = _scratch.Open();
        AssertSame(tensor.t().contiguous(), file.Load("turned"));
        AssertSame(tensor.narrow(1, 1, 2).contiguous(), file.Load("part"));
        AssertSame(tensor[0].expand(5, 4).contiguous(), file.Load("wide"));
    }

    [Theory]
    [InlineData(ScalarType.Float16, ScalarType.Float32)]
    [InlineData(ScalarType.BFloat16, ScalarType.Float32)]
    [InlineData(ScalarType.Float32, ScalarType.BFloat16)]
    [InlineData(ScalarType.Int64, ScalarType.Float64)]
    [InlineData(ScalarType.Float32, ScalarType.Float32)]
    public void A_dtype_can_be_asked_for(ScalarType written, ScalarType wanted)
    {
        var numbers = tensor(new[] { 0.0, 1.0, -2.0, 384.0 });
        _scratch.Write([new("a", numbers.to(written))]);

        using var file = _scratch.Open();
        var loaded = file.Load("a", wanted);
        Assert.Equal(wanted, loaded.dtype);
        Assert.Equal([0.0, 1.0, -2.0, 384.0], loaded.to(ScalarType.Float64).data<double>().ToArray());
    }

    [Fact]
    public void A_loaded_tensor_outlives_the_file_and_shares_nothing()
    {
        var tensor = RandomTensors.Of(ScalarType.Float32, [64], seed: 1);
        _scratch.Write([new("a", tensor)]);
        Tensor first, second;
        using (var file = _scratch.Open())
        {
            first = file.Load("a");
            second = file.Load("a");
        }

        first.zero_();

        AssertSame(tensor, second);
    }

    [Fact]
    public void Loading_and_writing_leave_no_tensor_behind()
    {
        var tensor = RandomTensors.Of(ScalarType.Float32, [3, 4], seed: 1);
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;

        _scratch.Write([new("a", tensor), new("b", tensor)]);
        using var file = _scratch.Open();
        file.Load("a").Dispose();
        file.Load("b", ScalarType.Float16).Dispose();

        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Fact]
    public void A_tensor_that_is_not_there_is_one_line_that_names_it()
    {
        _scratch.Write([]);
        using var file = _scratch.Open();

        var message = Assert.Throws<ModelFormatException>(() => file.Load("conv_in.weight\n")).Message;

        Assert.Equal($"{_scratch.Path}: has no tensor 'conv_in.weight?'", message);
    }

    [Theory]
    [InlineData(new long[] { 2 })]
    [InlineData(new long[] { 0 })]
    public void A_closed_file_loads_nothing(long[] shape)
    {
        _scratch.Write([new("a", RandomTensors.Of(ScalarType.Float32, shape, seed: 1))]);
        var file = _scratch.Open();
        file.Dispose();
        file.Dispose();

        Assert.Throws<ObjectDisposedException>(() => file.Load("a"));
    }

    private static void AssertSame(Tensor expected, Tensor actual)
    {
        Assert.Equal(expected.dtype, actual.dtype);
        Assert.Equal(expected.shape, actual.shape);
        Assert.Equal(DeviceType.CPU, actual.device_type);
        Assert.True(expected.bytes.SequenceEqual(actual.bytes));
    }
}
