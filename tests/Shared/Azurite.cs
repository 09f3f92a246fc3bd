using System.Diagnostics;
using System.Text.RegularExpressions;
using OrleansDiffusion.Tests;

[assembly: AssemblyFixture(typeof(Azurite))]

namespace OrleansDiffusion.Tests;

/// <summary>A blob service of this test run, on a port of its own, whose data live in its memory.</summary>
public sealed partial class Azurite : IAsyncLifetime
{
    // The emulator's own account, which is public: it opens nothing but emulators.
    private const string Account = "devstoreaccount1";
    private const string Key =
        "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(2);

    private Process? _process;
    private Uri? _address;

    /// <summary>Address of the account; a container's name follows after a slash.</summary>
    public Uri Address => _address!;

    /// <summary>What signs in to it.</summary>
    public string ConnectionString =>
        $"DefaultEndpointsProtocol=http;AccountName={Account};AccountKey={Key};BlobEndpoint={Address}";

    /// <summary>Starts the service.</summary>
    /// <exception cref="InvalidOperationException">Node or the service is not installed, or it does not start.</exception>
    public async ValueTask InitializeAsync()
    {
        var folder = Path.Combine(Root(), "tests", "OrleansDiffusion.Storage.Tests", "azurite");
        if (!Directory.Exists(Path.Combine(folder, "node_modules")))
            throw new InvalidOperationException($"Azurite is not installed: run 'npm ci --ignore-scripts' in {folder}");
        var start = new ProcessStartInfo("node")
        {
            ArgumentList =
            {
                "start.js", "--skipApiVersionCheck", "--disableTelemetry", "--inMemoryPersistence", "--blobPort", "0",
            },
            WorkingDirectory = folder,
            UseShellExecute = false,
            RedirectStandardInput = true, // closed with this process, which ends the service
            RedirectStandardOutput = true,
        };
        _process = Process.Start(start)!;
        _address = new Uri($"{await Listening(_process.StandardOutput).WaitAsync(Deadline)}/{Account}");

        // It logs every request, and would wait for a reader.
        _ = _process.StandardOutput.BaseStream.CopyToAsync(Stream.Null);
    }

    /// <summary>Ends the service.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_process is null)
            return;
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private static async Task<string> Listening(StreamReader output)
    {
        while (await output.ReadLineAsync() is { } line)
        {
            if (AddressIn().Match(line) is { Success: true } match)
                return match.Value;
        }

        throw new InvalidOperationException("Azurite ended before it listened");
    }

    private static string Root()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "OrleansDiffusion.sln")))
            folder = Path.GetDirectoryName(folder)!;
        return folder;
    }

    [GeneratedRegex(@"(?<=successfully listens on )http://[\d.:]+", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex AddressIn();
}
