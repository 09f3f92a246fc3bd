using System.Text.Json;
using OrleansDiffusion.Cli.Output;
using OrleansDiffusion.Contracts.Jobs;
using OrleansDiffusion.Models;
using OrleansDiffusion.Nodes.Planning;
using OrleansDiffusion.Sampling;

namespace OrleansDiffusion.Cli.Tests;

public sealed class ReportTests : IDisposable
{
    private static readonly string[] Fields =
    [
        "jobId", "model", "sampler", "mode", "linearization", "steps", "count", "seed", "tolerance", "rounds",
        "sequentialRounds", "evaluations", "sweepsPerBlock", "maxResidual", "blocks", "pointsPerNode", "lookahead",
        "silos", "recoveries", "wallSeconds", "deviceSeconds", "exchangeMilliseconds",
    ];

    private readonly Odiff _odiff = new();

    public void Dispose() => _odiff.Dispose();

    [Fact]
    public async Task A_report_has_the_fields_of_the_contract_and_they_agree()
    {
        var report = await Report("--count 4 --seed 9 --blocks 5 --tolerance 2e-3 --linearization drift");

        Assert.Equal(Fields, report.EnumerateObject().Select(field => field.Name));
        Assert.Equal(
            ("demo", "ddim", "picard", "drift"), (Text("model"), Text("sampler"), Text("mode"), Text("linearization")));
        Assert.True(Guid.TryParse(Text("jobId"), out _));
        Assert.Equal((50, 4, 9, 2e-3), (Number("steps"), Number("count"), Number("seed"), Number("tolerance")));
        Assert.Equal((50, 5, 10), (Number("sequentialRounds"), Number("blocks"), Number("pointsPerNode")));
        Assert.Equal((1, 0, 0), (Number("lookahead"), Number("silos"), Number("recoveries")));

        var sweeps = Integers(report.GetProperty("sweepsPerBlock"));
        Assert.Equal(5, sweeps.Length);
        Assert.All(sweeps, sweep => Assert.InRange(sweep, 1, 10));
        Assert.Equal(sweeps.Sum(), Number("rounds"));
        Assert.InRange(Number("evaluations"), 50, sweeps.Sum() * 10);
        Assert.InRange(Number("maxResidual"), 0, 2e-3);
        Assert.InRange(Number("deviceSeconds"), 1e-9, Number("wallSeconds"));
        var exchange = report.GetProperty("exchangeMilliseconds");
        Assert.Equal(["p50", "p99"], exchange.EnumerateObject().Select(field => field.Name));
        Assert.InRange(exchange.GetProperty("p50").GetDouble(), 1e-9, exchange.GetProperty("p99").GetDouble());

        string? Text(string name) => report.GetProperty(name).GetString();
        double Number(string name) => report.GetProperty(name).GetDouble();
    }

    [Fact]
    public async Task Several_batches_give_a_list_of_lists_and_the_rounds_of_the_slowest()
    {
        var report = await Report("--count 5 --batch 2 --block-steps 25");

        var batches = report.GetProperty("sweepsPerBlock").EnumerateArray().Select(Integers).ToArray();
        Assert.Equal(3, batches.Length);
        Assert.All(batches, sweeps => Assert.Equal(2, sweeps.Length));
        Assert.Equal(batches.Max(sweeps => sweeps.Sum()), report.GetProperty("rounds").GetInt32());
    }

    [Fact]
    public async Task A_sequential_run_takes_a_round_and_an_evaluation_a_step()
    {
        var report = await Report("--count 3 --mode sequential");

        Assert.Equal("sequential", report.GetProperty("mode").GetString());
        Assert.Equal(JsonValueKind.Null, report.GetProperty("linearization").ValueKind);
        Assert.Equal([50], Integers(report.GetProperty("sweepsPerBlock")));
        Assert.All(["rounds", "sequentialRounds", "evaluations"], (string name) =>
            Assert.Equal(50, report.GetProperty(name).GetDouble()));
        Assert.Equal(0, report.GetProperty("maxResidual").GetDouble());
    }

    [Theory]
    [InlineData(new int[0], null, new string[0])]
    [InlineData(new[] { 3 }, null, new[] { "label" })]
    [InlineData(new[] { 0, 1 }, 2.5, new[] { "label", "guidance" })]
    public void Labels_and_guidance_are_reported_where_they_were_asked_for(
        int[] labels, double? guidance, string[] fields)
    {
        using var model = Catalogue.Open("demo");
        var request = new SamplingRequest { Model = model.Name, Steps = 2, Count = 1 };
        var plan = SamplingPlan.ForSequential(request, model);
        using var result = new SequentialSampler(model.Denoiser, plan.Timeline).Sample(
            0, 0, 1, cancellationToken: TestContext.Current.CancellationToken);
        using var json = new MemoryStream();

        SamplingReport.From([result], request with { Labels = [.. labels], Guidance = guidance }, plan, TimeSpan.Zero)
            .WriteTo(json);

        var report = JsonElement.Parse(json.ToArray());
        Assert.Equal(fields, report.EnumerateObject().Select(field => field.Name).Except(Fields));
        if (labels.Length > 0)
            Assert.Equal(labels, Integers(report.GetProperty("label")));
        if (guidance is not null)
            Assert.Equal(guidance, report.GetProperty("guidance").GetDouble());
    }

    private async Task<JsonElement> Report(string options)
    {
        await _odiff.Sample(options + " --out samples.npy --report report.json");
        Assert.Equal(["report.json", "samples.npy"], _odiff.Left);
        return JsonElement.Parse(_odiff.Bytes("report.json"));
    }

    private static int[] Integers(JsonElement list) => [.. list.EnumerateArray().Select(item => item.GetInt32())];
}
