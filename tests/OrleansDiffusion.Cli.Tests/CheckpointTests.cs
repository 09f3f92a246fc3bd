using System.Diagnostics;
using System.Text.Json;
using OrleansDiffusion.Storage.Folders;

namespace OrleansDiffusion.Cli.Tests;

/// <summary><c>odiff sample --checkpoint</c>, ended in the middle and begun again.</summary>
public sealed class CheckpointTests : IDisposable
{
    // Blocks of a second on a device that is slow by intent.
    private const string Job = "sample --model demo --count 3 --steps 200 --blocks 20 --checkpoint kept --out samples.npy ";
    private const string Slow = "--devices emulated:500ms";

    private readonly Odiff _odiff = new();

    public void Dispose() => _odiff.Dispose();

    [Theory]
    [InlineData("KILL")]
    [InlineData("INT")]
    public async Task Same_command_goes_on_where_a_signal_ended_it(string signal)
    {
        await Interrupt(signal);
        Assert.DoesNotContain("samples.npy", _odiff.Left);

        var resumed = await _odiff.Run($"{Job} --report report.json");
        Assert.Equal((0, ""), (resumed.ExitCode, resumed.ExitCode == 0 ? "" : resumed.Error));
        var whole = await _odiff.Run("sample --model demo --count 3 --steps 200 --blocks 20 --in-process --out whole.npy");
        Assert.Equal(0, whole.ExitCode);

        var (one, other) = (_odiff.Npy("samples.npy").Values, _odiff.Npy("whole.npy").Values);
        Assert.Equal(other.Length, one.Length);
        Assert.True(one.Zip(other, (a, b) => Math.Abs(a - b)).Max() < 2e-3);
        Assert.Empty(await Names("checkpoints"));
        using (var report = JsonDocument.Parse(_odiff.Bytes("report.json")))
            Assert.True(report.RootElement.GetProperty("recoveries").GetInt32() > 0);

        // What is done is only written out.
        File.Delete(_odiff.PathOf("samples.npy"));
        Assert.Equal(0, (await _odiff.Run(Job)).ExitCode);
        Assert.Equal(one, _odiff.Npy("samples.npy").Values);
    }

    [Fact]
    public async Task Another_command_is_refused_and_names_what_differs()
    {
        await Interrupt("KILL");

        foreach (var (option, words) in new[] { ("seed", "--seed 7"), ("tolerance", "--tolerance 1e-4"), ("sampler", "--sampler ddim") })
        {
            var result = await _odiff.Run($"{Job} {words}");

            Assert.Equal(2, result.ExitCode);
            Assert.StartsWith($"odiff: --{option} is ", result.Error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Where_nothing_can_be_kept_nothing_is_drawn_and_one_line_says_so()
    {
        await File.WriteAllTextAsync(_odiff.PathOf("kept"), "mine", TestContext.Current.CancellationToken);

        var result = await _odiff.Run(Job.Replace("kept", "kept/below", StringComparison.Ordinal));

        Assert.Equal(1, result.ExitCode);
        Assert.StartsWith("odiff: the cluster failed: cannot write ", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', result.Error);
        Assert.Equal("mine", await File.ReadAllTextAsync(_odiff.PathOf("kept"), TestContext.Current.CancellationToken));
        Assert.DoesNotContain("samples.npy", _odiff.Left);
    }

    // As soon as some blocks are done.
    private async Task Interrupt(string signal)
    {
        using var process = Process.Start(new ProcessStartInfo(
            "env", ["--default-signal=INT", Odiff.Executable, .. Odiff.Words(Job + Slow)])
        {
            WorkingDirectory = _odiff.Folder, UseShellExecute = false, RedirectStandardError = true,
        })!;
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(TimeSpan.FromMinutes(2));
        string? line;
        do
        {
            line = await process.StandardError.ReadLineAsync(deadline.Token);
            Assert.NotNull(line);
        }
        while (!line.Contains("block ", StringComparison.Ordinal) || line.Contains("block 1/", StringComparison.Ordinal));

        using (var kill = Process.Start("sh", ["-c", $"kill -{signal} {process.Id}"]))
            await kill.WaitForExitAsync(deadline.Token);
        await process.StandardError.ReadToEndAsync(deadline.Token);
        await process.WaitForExitAsync(deadline.Token);
    }

    private async Task<IReadOnlyList<string>> Names(string kind)
    {
        if (!Directory.Exists(_odiff.PathOf("kept")))
            return [];
        var names = new List<string>();
        await foreach (var name in new FolderObjectStore(_odiff.PathOf("kept")).List("jobs/", CancellationToken.None))
        {
            if (name.Contains($"/{kind}/", StringComparison.Ordinal) && name.EndsWith(".safetensors", StringComparison.Ordinal))
                names.Add(name);
        }

        return names;
    }
}
