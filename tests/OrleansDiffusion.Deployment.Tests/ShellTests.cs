using System.Diagnostics;
using OrleansDiffusion.Cli.Tests;
using OrleansDiffusion.Tests;

namespace OrleansDiffusion.Deployment.Tests;

/// <summary>All shell scripts, those of machines too.</summary>
public sealed class ShellTests
{
    [Fact]
    public async Task Shellcheck_has_nothing_to_say()
    {
        var isThere = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => File.Exists(Path.Combine(folder, "shellcheck")));
        Assert.SkipUnless(isThere, "shellcheck is not installed (Debian: apt-get install shellcheck)");
        var listed = await ChildProcess.Run(new ProcessStartInfo("git", ["ls-files", "*.sh", ".ci/run"]) { WorkingDirectory = Repository.Root });
        var files = listed.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Contains("bicep/machine/start-silo.sh", files);

        var result = await ChildProcess.Run(new ProcessStartInfo("shellcheck", files) { WorkingDirectory = Repository.Root });

        Assert.Equal((0, ""), (result.ExitCode, result.Output));
    }
}
