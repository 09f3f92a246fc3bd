using OrleansDiffusion.Safetensors;
using OrleansDiffusion.Storage.Objects;
using OrleansDiffusion.Storage.Samples;
using OrleansDiffusion.Tests;

namespace OrleansDiffusion.Storage.Tests.Samples;

/// <summary>What holds of samples in every store.</summary>
public abstract class SampleStoreContract(Place place) : IDisposable
{
    private static readonly long[] Shape = [1, 2, 3];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private SampleStore Store { get; } = new(place.Open());

    public void Dispose()
    {
        place.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task What_was_written_is_read()
    {
        await Store.Write("7", 4, Values(samples: 2, value: 1), Shape, Token);

        Assert.Equal(Values(samples: 2, value: 1), (await Store.Read("7", 4, Token))!.Value);
        Assert.Null(await Store.Read("7", 5, Token));
        Assert.Null(await Store.Read("8", 4, Token));
    }

    [Fact]
    public async Task A_second_write_changes_nothing()
    {
        await Store.Write("7", 0, Values(samples: 1, value: 1), Shape, Token);

        await Store.Write("7", 0, Values(samples: 1, value: 1), Shape, Token);
        await Store.Write("7", 0, Values(samples: 2, value: 2), Shape, Token);

        Assert.Equal(Values(samples: 1, value: 1), (await Store.Read("7", 0, Token))!.Value);
    }

    [Fact]
    public async Task Of_those_who_write_at_once_one_does()
    {
        await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(() =>
            new SampleStore(place.Open()).Write("7", 0, Values(samples: 1, value: (byte)i), Shape, Token))));

        var read = (await Store.Read("7", 0, Token))!.Value.ToArray();
        Assert.Equal(Values(samples: 1, read[0]), read);
    }

    [Fact]
    public async Task First_samples_are_listed_in_order()
    {
        int[] firsts = [1000, 0, 20, 3, int.MaxValue];
        foreach (var first in firsts)
            await Store.Write("7", first, Values(samples: 1, value: 1), Shape, Token);
        await Store.Write("70", 5, Values(samples: 1, value: 1), Shape, Token);

        Assert.Equal(firsts.Order(), await Store.FirstSamples("7", Token));
        Assert.Empty(await Store.FirstSamples("8", Token));
    }

    [Fact]
    public async Task A_job_is_removed_and_no_other()
    {
        foreach (var (job, first) in new[] { ("7", 0), ("7", 1), ("70", 0) })
            await Store.Write(job, first, Values(samples: 1, value: 1), Shape, Token);

        await Store.Remove("7", Token);
        await Store.Remove("7", Token);

        Assert.Empty(await Store.FirstSamples("7", Token));
        Assert.Equal([0], await Store.FirstSamples("70", Token));
    }

    [Fact]
    public async Task The_file_is_read_by_whoever_reads_safetensors()
    {
        await Store.Write("7", 12, Values(samples: 2, value: 1), Shape, Token);

        var file = await place.Open().Read("jobs/7/samples/0000000012.safetensors", Token);
        using var stream = new MemoryStream(file!.Content.ToArray());
        var (name, entry) = Assert.Single(SafetensorsHeader.Read(stream).Entries);
        Assert.Equal(("samples", SafetensorsDtype.F32), (name, entry.Dtype));
        Assert.Equal([2, 1, 2, 3], entry.Shape);
    }

    [Fact]
    public async Task A_file_that_is_broken_is_refused()
    {
        const string Name = "jobs/7/samples/0000000000.safetensors";
        await Store.Write("7", 0, Values(samples: 2, value: 1), Shape, Token);
        var good = (await place.Open().Read(Name, Token))!.Content;
        await place.Open().Write(Name, good[..^1], WriteCondition.Always, Token);

        var refusal = await Assert.ThrowsAsync<BrokenObjectException>(() => Store.Read("7", 0, Token));

        Assert.StartsWith($"'{Name}' is broken: ", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, new long[] { 1, 2, 3 })]
    [InlineData(23, new long[] { 1, 2, 3 })]
    [InlineData(36, new long[] { 1, 2, 3 })]
    [InlineData(24, new long[] { 0 })]
    [InlineData(24, new long[] { -6, -1 })]
    [InlineData(24, new long[] { 1L << 62, 4 })]
    [InlineData(24, new long[] { int.MaxValue, int.MaxValue, int.MaxValue, int.MaxValue })]
    public async Task What_is_no_whole_sample_is_refused(int bytes, long[] shape)
    {
        await Assert.ThrowsAsync<ArgumentException>(() => Store.Write("7", 0, new byte[bytes], shape, Token));

        Assert.Empty(await Store.FirstSamples("7", Token));
    }

    [Theory]
    [InlineData("")]
    [InlineData("..")]
    [InlineData("7/8")]
    public async Task What_cannot_name_a_job_is_refused(string job)
    {
        await Assert.ThrowsAsync<ArgumentException>(() => Store.Write(job, 0, new byte[24], Shape, Token));
        await Assert.ThrowsAsync<ArgumentException>(() => Store.Read(job, 0, Token));
        await Assert.ThrowsAsync<ArgumentException>(() => Store.FirstSamples(job, Token));
        await Assert.ThrowsAsync<ArgumentException>(() => Store.Remove(job, Token));
    }

    private static byte[] Values(int samples, byte value)
    {
        var values = new byte[samples * 6 * sizeof(float)];
        Array.Fill(values, value);
        return values;
    }
}

public sealed class MemorySampleStoreTests() : SampleStoreContract(Place.Memory());

public sealed class FolderSampleStoreTests() : SampleStoreContract(Place.Folder());

public sealed class BlobSampleStoreTests(Azurite azurite) : SampleStoreContract(Place.Blobs(azurite));
