using System.Diagnostics;
using System.Globalization;
using OrleansDiffusion.Silo;
using OrleansDiffusion.Tests;

namespace OrleansDiffusion.Cli.Tests;

/// <summary>Clusters of processes that find each other in a Redis, and a client of them.</summary>
public sealed class ClusterTests : IAsyncDisposable
{
    private static readonly string Mixture = Path.Combine(AppContext.BaseDirectory, "Golden", "mixture-a.json");
    private static readonly string Job = $"sample --model {Mixture} --count 5 --seed 3 --sampler ddpm --steps 40 --tolerance 0";

    private readonly Odiff _odiff = new();

    public async ValueTask DisposeAsync()
    {
        if (Directory.Exists(_odiff.PathOf("cluster")))
            await Script("down");
        _odiff.Dispose();
    }

    [Fact]
    public async Task The_script_starts_a_cluster_that_loses_a_silo_and_samples_as_one_process_does()
    {
        var up = await Script("up 2 --devices cpu");
        Assert.True(up.ExitCode == 0, up.Error);
        var members = await Members();
        Assert.Equal(["redis", "control", "compute", "compute"], members.Select(member => member.Role));
        var redis = $"redis://{members[0].Address}";
        Assert.Contains($"odiff sample --connect {redis}", up.Output, StringComparison.Ordinal);
        Assert.NotEqual(0, (await Script("up 1")).ExitCode);

        await SamplesAsInProcess(redis);
        var lost = members[2];
        using (var process = Process.GetProcessById(lost.Id))
        {
            process.Kill();
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        var status = await Script("status");
        Assert.Equal($"{lost.Role} {lost.Id} {lost.Address} is dead", status.Error);
        Assert.DoesNotContain(await Members(), member => member.Id == lost.Id);
        await SamplesAsInProcess(redis);

        var down = await Script("down");
        Assert.Equal((0, "", ""), (down.ExitCode, down.Output, down.Error));
        Assert.All(members, member => Assert.False(IsRunning(member.Id)));
        Assert.False(Directory.Exists(_odiff.PathOf("cluster")));
    }

    [Fact]
    public async Task A_cluster_that_was_killed_as_a_whole_can_be_started_again()
    {
        var ports = LoopbackPorts.Free(9);
        var address = $"redis://127.0.0.1:{ports[0]}";
        await using var redis = OdiffProcess.Start(_odiff, $"redis --port {ports[0]}");
        await redis.Ready();
        foreach (var first in (int[])[1, 5])
        {
            await using var control = Start("control", first);
            await using var compute = Start("compute --devices cpu", first + 2);
            await Task.WhenAll(control.Ready(), compute.Ready());
            await SamplesAsInProcess(address);
        }

        OdiffProcess Start(string role, int port) => OdiffProcess.Start(
            _odiff, $"silo --redis {address} --silo-port {ports[port]} --gateway-port {ports[port + 1]} --role {role}");
    }

    [Fact]
    public async Task A_cluster_that_is_not_there_is_told_in_one_line()
    {
        var port = LoopbackPorts.Free(1)[0];
        var missing = await _odiff.Run($"{Job} --out samples.npy --connect redis://127.0.0.1:{port}");
        Assert.Equal(
            (1, $"odiff: no Redis can be used at redis://127.0.0.1:{port}: UnableToConnect"), (missing.ExitCode, missing.Error));

        await using var redis = OdiffProcess.Start(_odiff, $"redis --port {port}");
        await redis.Ready();
        var empty = await _odiff.Run($"{Job} --out samples.npy --connect redis://127.0.0.1:{port} --cluster mine");
        Assert.Equal(
            (1, $"odiff: no silo of cluster mine answers that is in redis://127.0.0.1:{port}"), (empty.ExitCode, empty.Error));
        Assert.Empty(_odiff.Left);
    }

    [Theory]
    [InlineData("", 2, "usage: ")]
    [InlineData("up", 2, "usage: ")]
    [InlineData("up none", 2, "usage: ")]
    [InlineData("up 1 --control 0", 2, "usage: ")]
    [InlineData("status", 1, "there is no cluster")]
    [InlineData("down", 1, "there is no cluster")]
    [InlineData("up 1 --devices gpu", 1, "odiff: --devices")]
    public async Task The_script_says_what_is_wrong_and_leaves_nothing(string arguments, int exitCode, string error)
    {
        var result = await Script(arguments);

        Assert.Equal((exitCode, ""), (result.ExitCode, result.Output));
        Assert.Contains(error, result.Error, StringComparison.Ordinal);
        Assert.Empty(_odiff.Left);
    }

    private async Task SamplesAsInProcess(string redis)
    {
        // A client that loaded libtorch would not find it.
        var start = new ProcessStartInfo(Odiff.Executable, Odiff.Words($"{Job} --out grid.npy --connect {redis}"))
        {
            WorkingDirectory = _odiff.Folder,
            Environment = { ["ODIFF_LIBTORCH"] = _odiff.PathOf("nowhere") },
        };
        var grid = await ChildProcess.Run(start);
        Assert.True(grid.ExitCode == 0, grid.Error);
        if (!_odiff.Left.Contains("plain.npy"))
        {
            var plain = await _odiff.Run($"{Job} --out plain.npy --in-process");
            Assert.True(plain.ExitCode == 0, plain.Error);
        }

        var (expected, actual) = (_odiff.Npy("plain.npy"), _odiff.Npy("grid.npy"));
        Assert.Equal(expected.Shape, actual.Shape);
        var squares = expected.Values.Zip(actual.Values, (a, b) => (double)(a - b) * (a - b));
        Assert.InRange(Math.Sqrt(squares.Average()), 0, 1e-5);
    }

    private async Task<(string Role, int Id, string Address)[]> Members()
    {
        var status = await Script("status");
        Assert.Equal(0, status.ExitCode);
        return [.. status.Output.Split('\n').Select(line => line.Split(' '))
            .Select(words => (words[0], int.Parse(words[1], CultureInfo.InvariantCulture), words[2]))];
    }

    // A process that has ended has no command line, whether or not somebody has asked how.
    private static bool IsRunning(int id)
    {
        try
        {
            return File.ReadAllText($"/proc/{id}/cmdline").Length > 0;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private Task<ChildResult> Script(string arguments)
    {
        var script = Path.Combine(Repository.Root, "scripts", "cluster.sh");
        var start = new ProcessStartInfo(script, Odiff.Words(arguments)) { WorkingDirectory = _odiff.Folder };
        start.Environment["ODIFF"] = Odiff.Executable;
        start.Environment["ODIFF_CLUSTER"] = _odiff.PathOf("cluster");
        return ChildProcess.Run(start);
    }
}
