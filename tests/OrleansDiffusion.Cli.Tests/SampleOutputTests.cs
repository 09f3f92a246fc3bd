using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;
using OrleansDiffusion.Contracts.Jobs;
using OrleansDiffusion.Models;
using OrleansDiffusion.Nodes.Planning;
using OrleansDiffusion.Sampling.Picard;

namespace OrleansDiffusion.Cli.Tests;

public sealed class SampleOutputTests : IDisposable
{
    private readonly Odiff _odiff = new();

    public void Dispose() => _odiff.Dispose();

    [Fact]
    public async Task An_npy_holds_exactly_what_the_library_returns()
    {
        var result = await _odiff.Sample("--count 5 --seed 11 --out samples.npy --in-process");

        var array = _odiff.Npy("samples.npy");
        Assert.Equal("<f4", array.Descr);
        Assert.False(array.FortranOrder);
        Assert.Equal([5, 2], array.Shape);
        Assert.Equal(FromLibrary(seed: 11, count: 5), array.Values);
        Assert.Equal(["samples.npy"], _odiff.Left);
        Assert.All(result.Error.Split('\n'), line =>
            Assert.Matches(@"^samples from 0: sweep \d+, block \d/8, \d samples active, update \S+$", line));
        Assert.Matches(@"^5 samples, ddim, \d+ rounds instead of 50, \d+\.\d s$", result.Output);
    }

    [Fact]
    public async Task A_safetensors_holds_the_same_values()
    {
        await _odiff.Sample("--count 5 --seed 11 --out samples.safetensors --in-process");

        var file = _odiff.Bytes("samples.safetensors");
        var length = (int)BinaryPrimitives.ReadInt64LittleEndian(file);
        Assert.Equal(0, length % 8);
        using var header = JsonDocument.Parse(file.AsMemory(8, length));
        Assert.Equal(["__metadata__", "samples"], header.RootElement.EnumerateObject().Select(field => field.Name));
        var tensor = header.RootElement.GetProperty("samples");
        Assert.Equal("F32", tensor.GetProperty("dtype").GetString());
        Assert.Equal([5, 2], tensor.GetProperty("shape").EnumerateArray().Select(size => size.GetInt32()));
        Assert.Equal([0, 40], tensor.GetProperty("data_offsets").EnumerateArray().Select(offset => offset.GetInt32()));
        Assert.Equal(FromLibrary(seed: 11, count: 5), MemoryMarshal.Cast<byte, float>(file.AsSpan(8 + length)));
        Assert.Equal(["samples.safetensors"], _odiff.Left);
    }

    [Fact]
    public async Task A_folder_holds_one_npy_a_sample()
    {
        await _odiff.Sample("--count 3 --seed 11 --out new/samples --in-process");

        string[] files = ["new/samples/00000.npy", "new/samples/00001.npy", "new/samples/00002.npy"];
        Assert.Equal(["new", "new/samples", .. files], _odiff.Left);
        Assert.All(files, file => Assert.Equal([2], _odiff.Npy(file).Shape));
        Assert.Equal(FromLibrary(seed: 11, count: 3), files.SelectMany(file => _odiff.Npy(file).Values));
    }

    [Theory]
    [InlineData("npy")]
    [InlineData("safetensors")]
    [InlineData("png")]
    public async Task A_seed_names_the_bytes(string format)
    {
        await _odiff.Sample($"--count 4 --seed 18446744073709551615 --out first.{format}");
        await _odiff.Sample($"--count 4 --seed 18446744073709551615 --out again.{format}");
        await _odiff.Sample($"--count 4 --seed 1 --out other.{format}");

        Assert.Equal(_odiff.Bytes($"first.{format}"), _odiff.Bytes($"again.{format}"));
        Assert.NotEqual(_odiff.Bytes($"first.{format}"), _odiff.Bytes($"other.{format}"));
    }

    [Fact]
    public async Task An_exact_parallel_run_gives_the_sequential_samples()
    {
        await _odiff.Sample("--count 6 --out parallel.npy --eta 0.7 --tolerance 0");
        var result = await _odiff.Sample("--count 6 --out sequential.npy --eta 0.7 --mode sequential");

        AssertClose(_odiff.Npy("sequential.npy").Values, _odiff.Npy("parallel.npy").Values);
        Assert.Contains(": step 50, block 1/1, ", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Batches_do_not_change_samples()
    {
        await _odiff.Sample("--count 7 --out one.npy --eta 1 --tolerance 0");
        await _odiff.Sample("--count 7 --out three.npy --eta 1 --tolerance 0 --batch 3");

        Assert.Equal([7, 2], _odiff.Npy("three.npy").Shape);
        AssertClose(_odiff.Npy("one.npy").Values, _odiff.Npy("three.npy").Values);
    }

    [Fact]
    public async Task A_file_that_is_there_is_replaced()
    {
        _odiff.Put("samples.npy", "old");

        await _odiff.Sample("--count 1 --out samples.npy");

        Assert.Equal([1, 2], _odiff.Npy("samples.npy").Shape);
        Assert.Equal(["samples.npy"], _odiff.Left);
    }

    private static float[] FromLibrary(ulong seed, int count)
    {
        using var model = Catalogue.Open("demo");
        var plan = SamplingPlan.For(
            new SamplingRequest { Model = model.Name, Sampler = "ddim", Steps = 50, Count = count }, model);
        using var result = new PicardSampler(model.Denoiser, plan.Timeline, plan.Picard).Sample(seed, 0, count);
        return result.Samples.data<float>().ToArray();
    }

    private static void AssertClose(float[] expected, float[] actual) =>
        Assert.All(expected.Zip(actual, (a, b) => Math.Abs(a - b)), difference => Assert.InRange(difference, 0, 1e-5));
}
