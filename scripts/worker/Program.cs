var builder = Host.CreateApplicationBuilder(args);
builder.Services.AddOrleansDiffusionClient(client => client.Gateway = new Uri("http://127.0.0.1:8080"));
builder.Services.AddHostedService<Digits>();
await builder.Build().RunAsync();

internal sealed class Digits(ISamplingClient client, IHostApplicationLifetime host) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken token)
    {
        var request = new SamplingRequest { Model = "digits", Sampler = "ddim", Steps = 50, Count = 64, Batch = 8 };
        await client.SubmitAsync("digits-of-today", request, token); // the same again changes nothing
        await foreach (var sample in client.SamplesAsync("digits-of-today", cancellationToken: token))
        {
            await using var file = File.Create($"{sample.Index}.png");
            SampleImage.WritePng(file, sample.Values.Span, ImageShape.Of(sample.Shape)!);
        }

        host.StopApplication();
    }
}
