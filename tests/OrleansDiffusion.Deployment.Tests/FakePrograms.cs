using System.Diagnostics;
using OrleansDiffusion.Tests;

namespace OrleansDiffusion.Deployment.Tests;

/// <summary>Programs that stand in for others before a script, and note how they are called.</summary>
internal sealed class FakePrograms : IDisposable
{
    private readonly string _bin;

    public FakePrograms() => _bin = Directory.CreateDirectory(PathOf("bin")).FullName;

    /// <summary>A folder of the test's own, with the programs and what they noted.</summary>
    public string Folder { get; } = Directory.CreateTempSubdirectory("odiff-scripts-").FullName;

    /// <summary>Every call so far, word by word: the program first.</summary>
    public string[][] Calls => File.Exists(PathOf("calls"))
        ? [.. File.ReadLines(PathOf("calls")).Select(line => line.Split('\t'))]
        : [];

    public string PathOf(string name) => Path.Combine(Folder, name);

    /// <summary>Adds a program.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="body">What it does besides, as a script of the shell.</param>
    public FakePrograms Add(string name, string body = "")
    {
        var path = Path.Combine(_bin, name);
        File.WriteAllText(path, $$"""
            #!/bin/bash
            { printf '%s' {{name}}; printf '\t%s' "$@"; echo; } >> '{{PathOf("calls")}}'
            {{body}}
            """);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        return this;
    }

    /// <summary>Runs a script that finds them first.</summary>
    public Task<ChildResult> Run(
        string script, string[] arguments, IReadOnlyDictionary<string, string?>? environment = null, string input = "")
    {
        File.WriteAllText(PathOf("input"), input);
        var start = new ProcessStartInfo("bash", ["-c", "exec \"$@\" < input", "bash", script, .. arguments]) { WorkingDirectory = Folder };
        start.Environment["PATH"] = $"{_bin}:{Environment.GetEnvironmentVariable("PATH")}";
        foreach (var (name, value) in environment ?? new Dictionary<string, string?>(StringComparer.Ordinal))
            start.Environment[name] = value;
        return ChildProcess.Run(start);
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
