using System.Net;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Specialized;
using Microsoft.Extensions.Logging.Abstractions;
using OrleansDiffusion.Storage.Blobs;
using OrleansDiffusion.Storage.Objects;
using OrleansDiffusion.Storage.Retries;
using OrleansDiffusion.Tests;

namespace OrleansDiffusion.Storage.Tests.Blobs;

/// <summary>A blob service that is busy, unreachable or loses answers.</summary>
public sealed class BlobServiceTests(Azurite azurite) : IDisposable
{
    private const string Name = "a/b";

    private readonly string _container = $"c{Guid.NewGuid():N}";
    private readonly FaultyHandler _network = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _network.Dispose();

    [Theory]
    [InlineData(HttpStatusCode.ServiceUnavailable)]
    [InlineData(HttpStatusCode.InternalServerError)]
    [InlineData(HttpStatusCode.RequestTimeout)]
    [InlineData(HttpStatusCode.TooManyRequests)]
    public async Task A_busy_service_is_asked_again(HttpStatusCode status)
    {
        await Retried().Write(Name, new byte[1], WriteCondition.Always, Token);
        var asked = _network.Requests;
        _network.Answer = request => request <= asked + 3 ? status : null;

        Assert.Equal(1, (await Retried().Read(Name, Token))!.Content.Length);

        Assert.Equal(asked + 4, _network.Requests);
    }

    [Theory]
    [InlineData(HttpStatusCode.Forbidden)]
    [InlineData(HttpStatusCode.BadRequest)]
    public async Task What_the_service_refuses_is_asked_once_and_one_clear_line(HttpStatusCode status)
    {
        _network.Answer = _ => status;

        var failure = await Assert.ThrowsAsync<StoreException>(() => Retried().Read(Name, Token));

        Assert.Equal($"cannot read 'a/b' in {azurite.Address}/{_container}: {(int)status}", failure.Message);
        Assert.Equal(1, _network.Requests);
    }

    [Fact]
    public async Task The_client_itself_asks_once()
    {
        _network.Answer = _ => HttpStatusCode.ServiceUnavailable;

        var failure = await Assert.ThrowsAsync<StoreException>(() => Once().Read(Name, Token));

        Assert.True(failure.MayPass);
        Assert.Equal(1, _network.Requests);
    }

    [Fact]
    public async Task No_connection_is_one_clear_line_that_may_pass()
    {
        _network.Loses = _ => true;

        var failure = await Assert.ThrowsAsync<StoreException>(() => Once().Read(Name, Token));

        Assert.EndsWith(": the connection was reset", failure.Message, StringComparison.Ordinal);
        Assert.True(failure.MayPass);
    }

    [Fact]
    public async Task A_write_whose_answer_was_lost_does_not_conflict_with_itself()
    {
        var first = await Retried().Write(Name, new byte[1], WriteCondition.Always, Token);
        var asked = _network.Requests;
        _network.Loses = request => request == asked + 1;

        var second = await Retried().Write(Name, new byte[2], WriteCondition.IfVersion(first), Token);

        Assert.Equal(asked + 3, _network.Requests); // wrote, conflicted, read
        Assert.Equal(second, (await Retried().Read(Name, Token))!.Version);
        Assert.NotEqual(first, second);
    }

    [Fact]
    public async Task A_large_write_that_is_cut_off_shows_nothing_and_can_be_done_again()
    {
        var content = new byte[20_000_000]; // three blocks and what commits them
        new Random(1).NextBytes(content);
        await Once().Write(Name, new byte[1], WriteCondition.Always, Token);
        for (var passed = 0; passed <= 3; passed++)
        {
            var last = _network.Requests + passed;
            _network.Answer = request => request > last ? HttpStatusCode.ServiceUnavailable : null;
            await Assert.ThrowsAsync<StoreException>(() => Once().Write(Name, content, WriteCondition.Always, Token));

            _network.Answer = _ => null;
            Assert.Equal(1, (await Once().Read(Name, Token))!.Content.Length);
            Assert.Equal([Name], await Once().List("", Token).ToListAsync(Token));
        }

        await Once().Write(Name, content, WriteCondition.Always, Token);
        var read = (await Once().Read(Name, Token))!.Content;
        Assert.True(content.AsSpan().SequenceEqual(read.Span));
    }

    [Fact]
    public async Task A_large_write_that_is_given_up_shows_nothing()
    {
        await Once().Write("another", new byte[1], WriteCondition.Always, Token);
        using var giveUp = new CancellationTokenSource();
        var asked = _network.Requests;
        _network.Loses = request =>
        {
            if (request == asked + 2)
                giveUp.Cancel();
            return false;
        };

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => Retried().Write(Name, new byte[20_000_000], WriteCondition.Always, giveUp.Token));

        Assert.Null(await Once().Read(Name, Token));
        Assert.Equal(["another"], await Once().List("", Token).ToListAsync(Token));
    }

    [Fact]
    public async Task Large_writers_of_one_object_do_not_spoil_it()
    {
        var wrote = await Task.WhenAll(Enumerable.Range(1, 4).Select(i => Task.Run(() => Wrote((byte)i))));

        var winner = Assert.Single(Enumerable.Range(0, 4), i => wrote[i]);
        var content = (await Once().Read(Name, Token))!.Content;
        Assert.Equal(20_000_000, content.Length);
        Assert.Equal(-1, content.Span.IndexOfAnyExcept((byte)(winner + 1)));
    }

    [Fact]
    public async Task Every_page_of_a_list_is_read()
    {
        var pages = new SmallPages();
        var names = Enumerable.Range(0, 10).Select(i => $"many/{i}").ToArray();
        foreach (var name in names)
            await Once().Write(name, new byte[1], WriteCondition.Always, Token);

        Assert.Equal(names, await Once(pages).List("many/", Token).ToListAsync(Token));
        Assert.Equal(4, pages.Pages);
    }

    [Fact]
    public async Task What_others_put_beside_the_objects_is_not_theirs()
    {
        await Once().Write(Name, new byte[1], WriteCondition.Always, Token);
        var container = new BlobContainerClient(azurite.ConnectionString, _container);
        await container.UploadBlobAsync("a/not an object", BinaryData.Empty, Token);
        await container.GetBlockBlobClient("a/torn").StageBlockAsync("AAAA", new MemoryStream([1]), cancellationToken: Token);

        Assert.Equal([Name], await Once().List("", Token).ToListAsync(Token));
        Assert.Null(await Once().Read("a/torn", Token));
    }

    private async Task<bool> Wrote(byte value)
    {
        var content = new byte[20_000_000];
        Array.Fill(content, value);
        try
        {
            await Retried().Write(Name, content, WriteCondition.IfAbsent, Token);
            return true;
        }
        catch (StoreConflictException)
        {
            return false;
        }
    }

    private BlobObjectStore Once(HttpPipelinePolicy? policy = null)
    {
        var options = BlobObjectStore.Options();
        options.Transport = new HttpClientTransport(_network);
        if (policy is not null)
            options.AddPolicy(policy, HttpPipelinePosition.PerCall);
        return new BlobObjectStore(new BlobContainerClient(azurite.ConnectionString, _container, options));
    }

    private RetriedObjectStore Retried() => new(
        Once(),
        new StorageOptions { FirstDelay = TimeSpan.FromMilliseconds(1), LongestDelay = TimeSpan.FromMilliseconds(50) },
        NullLogger.Instance, TimeProvider.System);
}
