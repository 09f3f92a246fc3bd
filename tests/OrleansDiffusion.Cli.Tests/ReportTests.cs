using System.Text.Json;
using OrleansDiffusion.Cli.Output;
using OrleansDiffusion.Cli.Runs;
using OrleansDiffusion.Contracts.Jobs;
using OrleansDiffusion.Nodes.Devices;

namespace OrleansDiffusion.Cli.Tests;

public sealed class ReportTests : IDisposable
{
    private static readonly string[] Fields =
    [
        "jobId", "model", "sampler", "mode", "linearization", "steps", "count", "seed", "tolerance", "rounds",
        "sequentialRounds", "evaluations", "sweepsPerBlock", "maxResidual", "blocks", "pointsPerNode", "lookahead", "scouts",
        "silos", "recoveries", "wallSeconds", "deviceSeconds", "exchangeMilliseconds",
    ];

    private static readonly BatchReport Batch = new()
    {
        FirstSample = 0,
        Samples = 16,
        Rounds = 2,
        SweepsPerBlock = [2],
        Evaluations = 64,
        MaxResidual = 0,
        DeviceTime = TimeSpan.FromSeconds(1),
        ExchangeTimes = [TimeSpan.FromMilliseconds(1)],
        Lost = [],
        Recoveries = 0,
        Silos = 1,
        ModelCalls = 2,
        Messages = 2,
    };

    private readonly Odiff _odiff = new();

    public void Dispose() => _odiff.Dispose();

    [Theory]
    [InlineData("--points-per-node 10", 1)]
    [InlineData("--points-per-node 10 --silos 2", 2)]
    [InlineData("--in-process", 0)]
    public async Task A_report_has_the_fields_of_the_contract_and_they_agree(string run, int silos)
    {
        var report = await Report("--count 4 --seed 9 --blocks 5 --tolerance 2e-3 --linearization drift " + run);

        Assert.Equal(Fields, report.EnumerateObject().Select(field => field.Name));
        Assert.Equal(
            ("demo", "ddim", "picard", "drift"), (Text("model"), Text("sampler"), Text("mode"), Text("linearization")));
        Assert.True(Guid.TryParse(Text("jobId"), out _));
        Assert.Equal((50, 4, 9, 2e-3), (Number("steps"), Number("count"), Number("seed"), Number("tolerance")));
        Assert.Equal((50, 5, 10), (Number("sequentialRounds"), Number("blocks"), Number("pointsPerNode")));
        Assert.Equal((1, silos, 0), (Number("lookahead"), Number("silos"), Number("recoveries")));

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
        var request = new SamplingRequest { Model = "demo", Labels = [.. labels], Guidance = guidance };
        using var json = new MemoryStream();

        SamplingReport.From(Run(request), [Batch], TimeSpan.Zero).WriteTo(json);

        var report = JsonElement.Parse(json.ToArray());
        Assert.Equal(fields, report.EnumerateObject().Select(field => field.Name).Except(Fields));
        if (labels.Length > 0)
            Assert.Equal(labels, Integers(report.GetProperty("label")));
        if (guidance is not null)
            Assert.Equal(guidance, report.GetProperty("guidance").GetDouble());
    }

    [Theory]
    [InlineData("cpu", false)]
    [InlineData("cpu,emulated:1ms", true)]
    public void Devices_are_reported_where_they_were_asked_for_and_emulated_ones_are_said_to_be(
        string devices, bool isEmulated)
    {
        var run = Run(new SamplingRequest { Model = "demo" }) with { Devices = DeviceList.Parse(devices) };
        using var json = new MemoryStream();

        var report = SamplingReport.From(run, [Batch], TimeSpan.Zero);

        report.WriteTo(json);
        Assert.Equal(
            devices.Split(','), JsonElement.Parse(json.ToArray()).GetProperty("devices").EnumerateArray().Select(name => name.GetString()));
        Assert.Equal(isEmulated, report.Summary.EndsWith("s on emulated devices", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Points_per_node_are_passed_to_the_grid()
    {
        var three = await Report("--count 2 --blocks 5 --points-per-node 3");
        var usual = await Report("--count 2 --blocks 5");

        Assert.Equal(3, three.GetProperty("pointsPerNode").GetInt32());
        Assert.Equal(2, usual.GetProperty("pointsPerNode").GetInt32()); // the points of a window, over eight
    }

    private static RunDescription Run(SamplingRequest request) => new(
        "job", request, new JobOutline
        {
            Model = "demo",
            Shape = [2],
            StepsOfBlocks = [2],
            Batch = 1,
            Lookahead = 1,
            Scouts = 0,
            PointsPerNode = 1,
            DataVariance = 1,
            Sensitivity = 1,
        },
        IsSequential: false, Devices: null);

    private async Task<JsonElement> Report(string options)
    {
        await _odiff.Sample(options + " --out samples.npy --report report.json");
        Assert.Equal(["report.json", "samples.npy"], _odiff.Left);
        return JsonElement.Parse(_odiff.Bytes("report.json"));
    }

    private static int[] Integers(JsonElement list) => [.. list.EnumerateArray().Select(item => item.GetInt32())];
}
