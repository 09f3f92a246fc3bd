using System.Diagnostics;
using OrleansDiffusion.Tests;

namespace OrleansDiffusion.Cli.Tests;

/// <summary>The real odiff, started in an empty folder of its own.</summary>
internal sealed class Odiff : IDisposable
{
    /// <summary>The executable, which the build puts beside the tests that reference it.</summary>
    public static string Executable { get; } = Path.Combine(AppContext.BaseDirectory, "odiff");

    public string Folder { get; } = Directory.CreateTempSubdirectory("odiff-").FullName;

    /// <summary>What ODIFF_MODELS names, relative to the folder; null for nothing.</summary>
    public string? Models { get; set; }

    /// <summary>Every file and folder that a run left, relative to the folder, in order.</summary>
    public IEnumerable<string> Left => Directory
        .EnumerateFileSystemEntries(Folder, "*", SearchOption.AllDirectories)
        .Select(path => Path.GetRelativePath(Folder, path))
        .Order(StringComparer.Ordinal);

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    /// <summary>Runs a command line whose words are parted by blanks.</summary>
    public Task<ChildResult> Run(string commandLine) => Run(Words(commandLine));

    /// <summary>Runs a command line given word by word.</summary>
    public Task<ChildResult> Run(string[] words)
    {
        var start = new ProcessStartInfo(Executable, words) { WorkingDirectory = Folder };
        start.Environment["ODIFF_MODELS"] = Models;
        return ChildProcess.Run(start);
    }

    /// <summary>Draws samples of the demo mixture in 50 DDIM steps, and fails unless that succeeds.</summary>
    public async Task<ChildResult> Sample(string options)
    {
        var result = await Run($"sample --model demo --sampler ddim --steps 50 {options}");
        Assert.Equal((0, options), (result.ExitCode, result.ExitCode == 0 ? options : result.Error));
        return result;
    }

    public string PathOf(string name) => Path.Combine(Folder, name);

    /// <summary>Waits until a process has written a file.</summary>
    public Task Appears(string name) => Eventually.Holds(() => File.Exists(PathOf(name)), name);

    public byte[] Bytes(string name) => File.ReadAllBytes(PathOf(name));

    public NpyArray Npy(string name) => NpyArray.Read(Bytes(name));

    /// <summary>Writes a file before a run.</summary>
    public void Put(string name, string content) => File.WriteAllText(PathOf(name), content);

    public static string[] Words(string commandLine) => commandLine.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
