using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.DependencyInjection;
using OrleansDiffusion.Contracts.Batches;
using OrleansDiffusion.Contracts.Jobs;
using OrleansDiffusion.Contracts.Keys;
using OrleansDiffusion.Contracts.Manifests;
using OrleansDiffusion.Contracts.Silos;
using OrleansDiffusion.Contracts.Sweeps;
using Orleans.Serialization;

namespace OrleansDiffusion.Grid.Tests.Wire;

/// <summary>What silos and clients of different versions must agree on.</summary>
public sealed class WireTests : IDisposable
{
    private const string Update = "ODIFF_WRITE_WIRE";

    private static readonly Assembly Contracts = typeof(SamplingRequest).Assembly;
    private static readonly JsonSerializerOptions Json = new()
    {
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    private static readonly BatchKey Batch = new("job", 3);
    private static readonly SamplingRequest Request = new()
    {
        Model = "model", Count = 5, Sampler = "ddim", Steps = 7, Spacing = "trailing", Eta = 0.5, FinalSigma = "min",
        Schedule = "cosine", Horizon = 4, BlockLength = 2, Step = 0.25, EarlyStop = 0.01, CorrectorSteps = 64, Blocks = 2,
        BlockSteps = 3, PointsPerNode = 4, Lookahead = 6, Scouts = 7, Linearization = "data", Start = "copied", Tolerance = 0.1,
        MaxSweeps = 8, Seed = ulong.MaxValue, Labels = [1, 2], Guidance = 1.5, Batch = 9, Priority = -3, Submitter = "somebody",
        Items = [new RequestItem(1, [2], 3, 4)],
    };

    private static readonly JobOutline Outline = new()
    {
        Model = "model", Shape = [3, 4, 4], StepsOfBlocks = [5, 5, 3], Batch = 2, Lookahead = 3, Scouts = 2, PointsPerNode = 4,
        DataVariance = 0.3, Sensitivity = 1.5, Fingerprint = "0af7",
    };

    private static readonly SiloAddress Silo = SiloAddress.New(System.Net.IPAddress.Loopback, 11111, 7);

    private static readonly BatchAssignment Assignment = new(
        Batch, Request, Outline, FirstSample: 6, Samples: 2, "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
    private static readonly NotFinite NotFinite = new(1, 2, 3, 4);

    private static readonly EpochRecord Epoch = new(
        2, EpochReason.Recovery, "a silo is gone", 8, ["127.0.0.1:11111@7"], [new HeldNodes(0, 0, 0, 5)]);

    private static readonly SweepRecord Sweep = new(
        9, 2, 1, [[0.5f, float.PositiveInfinity], []], [new AcceptedBlock(6, 1)], 1, 2);

    private static readonly SiloLoad Load = new(12, [new DeviceLoad("cpu", 0.25, 3), new DeviceLoad("cuda:0", null, 0)]);

    private readonly ServiceProvider _services = new ServiceCollection().AddSerializer().BuildServiceProvider();

    public static IReadOnlyList<object> Values { get; } =
    [
        Batch, new RequestItem(ulong.MaxValue, [1, 2], 0.5, 3), Request, Outline, Assignment, NotFinite,
        new JobPlanned(Outline, null), new JobPlanned(null, new Refusal("steps", "must be positive")), new Refusal(null, "none"), new Refusal(null, "busy", TimeSpan.FromSeconds(2)),
        JobState.Succeeded, FoldPhase.Sweep, EntrySource.BlockBefore,
        new JobProgress(JobState.Running, 2, 3, 4, 5, 6, double.PositiveInfinity, 0.5, 7),
        new LostSample(1, 2, 3, 4),
        new JobStatus("job", JobState.Failed, Outline, "broken", [Report()], Request, DateTimeOffset.UnixEpoch, 7),
        new JobStatus("job", JobState.Unknown, null, null, [], null, null),
        new JobSummary("job", JobState.Running, "model", "ddim", 9, 4, DateTimeOffset.UnixEpoch),
        new ModelSummary("model", [3, 4, 4], "linear", 10, "a model"),
        new JobPage([new JobSummary("job", JobState.Accepted, "model", "ddim", 9, 0, null)], "job"),
        new RequestLimits(100, 1000), new ManifestTerms("{}", new RequestLimits(100, 1000), "somebody"),
        new ManifestStatus("manifest", JobState.Failed, 7, 5, 2, 1, DateTimeOffset.UnixEpoch),
        new LineResult(3, "id", JobState.Failed, "broken", "job", 4, 5, 6),
        Report(),
        new SampleValues(4, [1, 2, 3, 4]),
        new SliceSpec(Assignment, 2, [1, 2], Silo, 3, 5, new EpochBefore(1, [1, 2], [true, false], TimeSpan.FromSeconds(2)), 0.25),
        new EpochBefore(1, [1, 2], [true, false], TimeSpan.FromSeconds(2)),
        new NodeSpec(Assignment, 2, 1, 3, 4, 5, 1, Silo),
        new NodeEntry(1, [9, 8]), new Iterates([7, 6]), new NodeCopy(1, 2, new Iterates([7, 6])),
        new NodeEvaluated([1, 2], [NotFinite], 7, 8, TimeSpan.FromMilliseconds(3)),
        new BlockEntry(1, 2, true, false, EntrySource.Given, [5]),
        new FoldedRun(3, [4, 5]),
        new Go(2, 9, 1, [[true, false], [false, true]], [new BlockEntry(0, 1, true, true, EntrySource.Noise, null)], [3, 4]),
        new Folded(2, 9, 1, FoldPhase.Roll, [new FoldedRun(3, [4, 5])]),
        new Moved(2, 9, 1, [[0.5, double.PositiveInfinity]], [NotFinite], 4, 1, TimeSpan.FromTicks(5), 2, [[0.25f, float.PositiveInfinity], []]),
        new SliceFailed(2, 9, 1, "broken"), new Greeting(2, 9),
        new SliceState(7, Waits: true),
        EpochReason.SiloLeft, new HeldNodes(1, 2, 3, 4), new AcceptedBlock(5, 6), new SweepPosition(7, 8),
        Epoch, Sweep,
        new SweepPage(3, 4, [Epoch], [Sweep], new SweepPosition(2, 9), true),
        new BatchPreview(6, [1, 2], [1, 2, 3, 4]),
        Load.Devices[0], Load,
        new SiloSummary("127.0.0.1:11111@7", "silo", true, false, DateTimeOffset.UnixEpoch, 0.5, 1 << 20, 9, Load),
        new SiloSummary("127.0.0.1:11111@7", "silo", false, true, null, null, null, null, null),
    ];

    [Fact]
    public void Contract_is_that_of_the_file()
    {
        var actual = WireContract.Of(Contracts);
        if (Environment.GetEnvironmentVariable(Update) is { Length: > 0 } path)
            File.WriteAllText(path, actual);

        var expected = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Wire", "wire.txt"));

        Assert.True(
            actual == expected,
            "The wire contract has changed. Silos and clients of other versions read members by their Id and types, "
            + "interfaces and methods by their alias: add with new Ids, never renumber, retype or rename an alias. If the "
            + $"change is meant, run this test with {Update}=tests/OrleansDiffusion.Grid.Tests/Wire/wire.txt set to the "
            + $"file's full path, and commit it.\n{FirstDifference(expected, actual)}");
    }

    [Fact]
    public void Everything_has_an_alias() =>
        Assert.DoesNotContain("no alias", WireContract.Of(Contracts), StringComparison.Ordinal);

    [Fact]
    public void Every_type_comes_back_as_it_was_sent()
    {
        var serializer = _services.GetRequiredService<Serializer>();

        Assert.All(Values, value =>
        {
            var back = serializer.Deserialize<object>(serializer.SerializeToArray(value));
            Assert.NotNull(back);
            Assert.Equal(value.GetType(), back.GetType());
            Assert.Equal(JsonSerializer.Serialize(value, Json), JsonSerializer.Serialize(back, Json));
        });
        Assert.Empty(Contracts.GetTypes()
            .Where(type => WireContract.IsSerialized(type) && !type.IsAbstract).Except(Values.Select(value => value.GetType())));
    }

    [Fact]
    public void Message_comes_back_as_its_own_kind_where_any_is_expected()
    {
        var serializer = _services.GetRequiredService<Serializer<SweepMessage>>();

        Assert.All(Values.OfType<SweepMessage>(), message =>
        {
            var back = serializer.Deserialize(serializer.SerializeToArray(message));
            Assert.NotNull(back);
            Assert.Equal(message.GetType(), back.GetType());
            Assert.Equal((message.Epoch, message.Sweep, message.Bytes), (back.Epoch, back.Sweep, back.Bytes));
        });
    }

    // What queues are bounded by.
    [Fact]
    public void Message_counts_at_least_what_it_carries()
    {
        var (state, map) = (new byte[5000], new byte[7000]);

        Assert.InRange(
            new Go(1, 1, 0, [new bool[100]], [new BlockEntry(0, 0, true, true, EntrySource.Given, state)], [0]).Bytes, 5100, 5500);
        Assert.InRange(new Folded(1, 1, 0, FoldPhase.Sweep, [new FoldedRun(0, map), new FoldedRun(1, map)]).Bytes, 14_000, 14_500);
        Assert.InRange(new Moved(1, 1, 0, [new double[100]], [], 0, 0, TimeSpan.Zero, 0, [new float[1000]]).Bytes, 4800, 5200);
    }

    public void Dispose() => _services.Dispose();

    private static BatchReport Report() => new()
    {
        FirstSample = 2, Samples = 3, Rounds = 4, SweepsPerBlock = [5, 6], Evaluations = 7, MaxResidual = 0.25,
        DeviceTime = TimeSpan.FromSeconds(1), ExchangeTimes = [TimeSpan.FromMilliseconds(2)], Lost = [new LostSample(1, 2, 3, 4)],
        Recoveries = 1, Silos = 2, ModelCalls = 8, Messages = 9,
    };

    private static string FirstDifference(string expected, string actual)
    {
        var (before, after) = (expected.Split('\n'), actual.Split('\n'));
        var line = before.Zip(after).TakeWhile(pair => pair.First == pair.Second).Count();
        return $"Line {line + 1} was '{before.ElementAtOrDefault(line)}' and is '{after.ElementAtOrDefault(line)}'.";
    }
}
