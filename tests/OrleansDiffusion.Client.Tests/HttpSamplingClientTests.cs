using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using OrleansDiffusion.Client.Http;
using OrleansDiffusion.Client.Tests.Fixtures;
using OrleansDiffusion.Contracts.Jobs;

namespace OrleansDiffusion.Client.Tests;

public sealed class HttpSamplingClientTests : SamplingClientContract, IDisposable
{
    private readonly GridFixture _grid;
    private readonly HttpClient _http;

    public HttpSamplingClientTests(GridFixture grid)
    {
        _grid = grid;
        var options = new SamplingClientOptions { Gateway = grid.Gateway };
        _http = ClientHosting.Open(options);
        Client = new HttpSamplingClient(_http, SamplingCalls.Again(options));
    }

    private protected override ISamplingClient Client { get; }

    public void Dispose() => _http.Dispose();

    [Fact]
    public async Task Connections_that_break_are_not_noticed_by_who_watches_and_reads()
    {
        await using var proxy = BreakingProxy.Start(_grid.Gateway);
        var options = new SamplingClientOptions { Gateway = proxy.Address };
        using var http = ClientHosting.Open(options);
        var client = new HttpSamplingClient(http, SamplingCalls.Again(options));
        var request = LongRun with { Count = 40 };
        var id = JobIds.New();
        await client.SubmitAsync(id, request, Token);
        var reading = Task.Run(async () => await client.SamplesAsync(id, cancellationToken: Token).ToListAsync(Token), Token);
        var heard = new List<JobProgress>();

        await foreach (var progress in client.WatchAsync(id, Token))
        {
            heard.Add(progress);
            if (heard.Count <= 10)
                proxy.Break();
        }

        Assert.Equal(JobState.Succeeded, heard[^1].State);
        Assert.Single(heard, progress => progress.State.IsFinal());
        Assert.NotEqual(0, proxy.Broken);
        Assert.Equal(Enumerable.Range(0, 40), (await reading).Select(sample => sample.Index));
    }

    [Fact]
    public async Task A_gateway_that_there_is_not_is_told_in_a_line_after_some_attempts()
    {
        await using var proxy = BreakingProxy.Start(_grid.Gateway);
        var options = new SamplingClientOptions
        {
            Gateway = proxy.Address, MostAttempts = 3, FirstDelay = TimeSpan.FromMilliseconds(1),
        };
        await proxy.DisposeAsync();
        using var http = ClientHosting.Open(options);
        var client = new HttpSamplingClient(http, SamplingCalls.Again(options));

        var error = await Assert.ThrowsAsync<SamplingUnavailableException>(() => client.GetAsync("any", Token));

        Assert.StartsWith($"the gateway at {proxy.Address} does not answer: ", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public async Task A_key_that_is_wrong_is_told_at_once_and_not_repeated()
    {
        const string Key = "the-key-of-this-test";
        await using var gateway = await _grid.Start(settings => settings with { ApiKeys = ["another-key-entirely", Key] });

        await Answer(Key);
        var error = await Assert.ThrowsAsync<SamplingClientException>(() => Answer("not-the-key-of-this-test"));

        Assert.Contains("API key", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("not-the-key", error.Message, StringComparison.Ordinal);

        async Task Answer(string key)
        {
            var options = new SamplingClientOptions { Gateway = gateway.Address, ApiKey = key };
            using var http = ClientHosting.Open(options);
            await new HttpSamplingClient(http, SamplingCalls.Again(options)).GetPageAsync(null, 1, Token);
        }
    }

    [Fact]
    public async Task A_caller_that_is_too_fast_is_slowed_down_and_loses_nothing()
    {
        await using var gateway = await _grid.Start(settings => settings with { Rate = 5 });
        var options = new SamplingClientOptions { Gateway = gateway.Address };
        using var http = ClientHosting.Open(options);
        var client = new HttpSamplingClient(http, SamplingCalls.Again(options));

        var pages = await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => client.GetPageAsync(null, 1, Token)));

        Assert.Equal(30, pages.Length);
    }

    [Theory]
    [InlineData(HttpStatusCode.TooManyRequests, true)]
    [InlineData(HttpStatusCode.ServiceUnavailable, true)]
    [InlineData(HttpStatusCode.ServiceUnavailable, false)]
    [InlineData(HttpStatusCode.BadGateway, false)] // by a proxy before it
    [InlineData(HttpStatusCode.GatewayTimeout, false)]
    public async Task A_gateway_that_fails_is_asked_again_and_told_from_one_that_is_busy(HttpStatusCode status, bool isBusy)
    {
        var options = new SamplingClientOptions
        {
            Gateway = new Uri("http://gateway"), MostAttempts = 3, FirstDelay = TimeSpan.FromMilliseconds(1),
        };
        using var answers = new Answers(() =>
        {
            var answer = new HttpResponseMessage(status)
            {
                Content = JsonContent.Create(new { detail = "the store is away" }, new MediaTypeHeaderValue("application/problem+json")),
            };
            if (isBusy)
                answer.Headers.RetryAfter = new RetryConditionHeaderValue(TimeSpan.Zero);
            return answer;
        });
        using var http = new HttpClient(answers) { BaseAddress = options.Gateway };
        var client = new HttpSamplingClient(http, SamplingCalls.Again(options));

        var error = await Assert.ThrowsAnyAsync<SamplingUnavailableException>(() => client.GetAsync("any", Token));

        Assert.Equal(isBusy, error is SamplingBusyException);
        Assert.Equal(
            $"the gateway at http://gateway/ {(isBusy ? "has too much to do" : "failed")}: the store is away", error.Message);
        Assert.Equal(options.MostAttempts, answers.Requests);
    }

    private sealed class Answers(Func<HttpResponseMessage> answer) : HttpMessageHandler
    {
        public int Requests { get; private set; }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Requests++;
            return Task.FromResult(answer());
        }
    }
}
