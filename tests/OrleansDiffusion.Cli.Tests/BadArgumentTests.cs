namespace OrleansDiffusion.Cli.Tests;

public sealed class BadArgumentTests : IDisposable
{
    private const string Demo = "sample --model demo --out samples.npy ";
    private const string Piadm = Demo + "--sampler piadm-sde ";

    private readonly Odiff _odiff = new();

    public BadArgumentTests()
    {
        _odiff.Put("unequal.json", Mixture("[1,2]", "[[0,0]]"));
        _odiff.Put("nan.json", Mixture("[1]", "[[0,\"NaN\"]]"));
        _odiff.Put("sixteen.json", """{"kind":"gaussian-mixture","shape":[16],"weights":[1],"means":[[0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0]],"stddevs":[1]}""");
        _odiff.Put("image.json", """{"kind":"gaussian-mixture","shape":[1,2,2],"weights":[1],"means":[[0,0,0,0]],"stddevs":[1]}""");
        _odiff.Put("two-channels.json", """{"kind":"gaussian-mixture","shape":[2,2,1],"weights":[1],"means":[[0,0,0,0]],"stddevs":[1]}""");

        static string Mixture(string weights, string means) =>
            $$"""{"kind":"gaussian-mixture","shape":[2],"weights":{{weights}},"means":{{means}},"stddevs":[1]}""";
    }

    /// <summary>A command line, and the words by which its error names what is wrong and what is allowed.</summary>
    public static TheoryData<string, string[]> CommandLines => new()
    {
        { "", ["sample", "models", "silo", "bench"] },
        { "smaple", ["smaple", "odiff --help"] },
        { "bench speed", ["speed", "odiff bench --help"] },
        { "sample --out samples.npy", ["--model"] },
        { "sample --model demo", ["--out"] },
        { Demo + "--colour blue", ["--colour", "odiff sample --help"] },
        { Demo + "--count 0", ["--count", "0"] },
        { Demo + "--count many", ["--count", "whole number", "many"] },
        { Demo + "--batch 0", ["--batch", "0"] },
        { Demo + "--batch 1.5", ["--batch", "whole number", "1.5"] },
        { Demo + "--points-per-node 0", ["--points-per-node", "positive", "0"] },
        { Demo + "--points-per-node some", ["--points-per-node", "whole number", "some"] },
        { Demo + "--priority 11", ["--priority", "-10 to 10", "11"] },
        { "silo --batches-at-once 0", ["--batches-at-once", "1 to 1000000", "0"] },
        { "silo --most-queued 0", ["--most-queued", "1 to 1000000", "0"] },
        { Demo + "--silos 0", ["--silos", "positive", "0"] },
        { Demo + "--silos -1", ["--silos", "positive", "-1"] },
        { Demo + "--devices gpu", ["--devices", "cpu, cuda:N or emulated:BASE+SLOPE", "gpu"] },
        { Demo + "--devices cpu --in-process", ["--devices", "--in-process"] },
        { Demo + "--devices cpu --mode sequential", ["--devices", "--mode sequential"] },
        { Demo + "--seed -1", ["--seed", "whole number", "-1"] },
        { Demo + "--eta much", ["--eta", "number", "much"] },
        { Demo + "--sampler euler", ["--sampler", "ddpm, ddim, dpm++2m, piadm-sde, piadm-ode", "euler"] },
        { Demo + "--spacing even", ["--spacing", "leading, trailing, linspace", "even"] },
        { Demo + "--mode fast", ["--mode", "picard, sequential", "fast"] },
        { Demo + "--linearization none", ["--linearization", "secant, data, drift, score", "none"] },
        { Demo + "--steps 0", ["--steps", "1 to 1000", "0"] },
        { Demo + "--steps 1001", ["--steps", "1 to 1000", "1001"] },
        { Demo + "--tolerance -1", ["--tolerance", "-1"] },
        { Demo + "--tolerance NaN", ["--tolerance", "NaN"] },
        { Demo + "--max-sweeps 0", ["--max-sweeps", "0"] },
        { Demo + "--sampler dpm++2m --steps 20 --eta 0.5", ["--eta", "ddim", "dpm++2m"] },
        { Demo + "--sampler ddim --eta 2", ["--eta", "0 to 1", "2"] },
        { Demo + "--blocks 5 --block-steps 10", ["--blocks", "--block-steps"] },
        { Demo + "--blocks 0", ["--blocks", "0"] },
        { Demo + "--report samples.npy", ["--report", "--out"] },
        { Demo + "--label 3", ["--label", "demo", "no classes"] },
        { Demo + "--label 0..9 --guidance 2", ["--label", "demo", "no classes"] },
        { Demo + "--label 9..0", ["--label", "0..9", "9..0"] },
        { Demo + "--label -1", ["--label", "0..9", "-1"] },
        { Demo + "--guidance 2", ["--guidance", "demo", "no classes"] },
        { Demo + "--guidance -1", ["--guidance", "0 or more", "-1"] },
        { Demo + "--guidance NaN", ["--guidance", "0 or more", "NaN"] },
        { Demo + "--guidance much", ["--guidance", "number", "much"] },
        { Demo + "--horizon 4", ["--horizon", "piadm-sde, piadm-ode only", "ddpm"] },
        { Demo + "--horizon 8", ["--horizon", "piadm-sde, piadm-ode only", "ddpm"] },
        { Demo + "--sampler ddim --block-length 2", ["--block-length", "piadm-sde, piadm-ode only", "ddim"] },
        { Demo + "--step 0.1", ["--step", "piadm-sde, piadm-ode only", "ddpm"] },
        { Demo + "--sampler dpm++2m --steps 20 --early-stop 0.01", ["--early-stop", "piadm-sde, piadm-ode", "dpm++2m"] },
        { Demo + "--sampler ddim --final-sigma min", ["--final-sigma", "dpm++2m only", "ddim"] },
        { Piadm + "--steps 100", ["--steps", "ddpm, ddim, dpm++2m only", "piadm-sde"] },
        { Piadm + "--spacing leading", ["--spacing", "ddpm, ddim, dpm++2m only", "piadm-sde"] },
        { Piadm + "--blocks 4", ["--blocks", "block-length"] },
        { Piadm + "--block-steps 4", ["--block-steps", "block-length"] },
        { Piadm + "--block-length 0", ["--block-length", "0"] },
        { Piadm + "--step 0", ["--step", "0"] },
        { Piadm + "--step -0.5", ["--step", "-0.5"] },
        { Piadm + "--early-stop NaN", ["--early-stop", "NaN"] },
        { "sample --model unequal.json --out samples.npy", ["unequal.json", "means", "weights"] },
        { "sample --model nan.json --out samples.npy", ["nan.json", "means[0][1]", "NaN"] },
        { "sample --model missing.json --out samples.npy", ["missing.json", "demo"] },
        { "sample --model sixteen.json --out samples.png", ["--out", ".npy", "[16]"] },
        { "sample --model two-channels.json --out samples.png", ["--out", ".npy", "folder", "[2, 2, 1]", "[3, h, w]"] },
        { "sample --model image.json --count 62500 --out samples.png", ["--out", "folder", "62500", "16502 x 16502", "16384"] },
        { "sample --model demo --out samples.txt", ["--out", ".png, .npy or .safetensors", ".txt"] },
        { "sample --model demo --out nan.json/samples.npy", ["--out", "nan.json"] },
        { "sample --model demo --out nan.json/folder", ["--out", "nan.json"] },
        { "sample --model demo --out /proc/samples.npy", ["--out", "/proc/samples.npy"] },
        { "sample --model demo --out new/samples.npy --steps 0", ["--steps"] },
        { "sample --model demo --out new/samples.npy --report nan.json/report.json", ["--report", "nan.json"] },
        { "sample --model demo --out new/deeper/folder --report .", ["--report", "folder"] },
        { "sample --model digit --out samples.npy", ["digit", "no such file or folder", "demo"] },
        { "silo --role worker", ["--role", "both, control, compute", "worker"] },
        { "silo --role control --devices cpu", ["--devices", "--role control"] },
        { "silo --devices gpu", ["--devices", "cpu, cuda:N or emulated:BASE+SLOPE", "gpu"] },
        { "silo --silo-port 0", ["--silo-port", "1 to 65535", "0"] },
        { "silo --silo-port some", ["--silo-port", "whole number", "some"] },
        { "silo --gateway-port 65536", ["--gateway-port", "1 to 65535", "65536"] },
        { "silo --silo-port 4000 --gateway-port 4000", ["--gateway-port", "--silo-port", "4000"] },
        { "silo --primary localhost", ["--primary", "host:port", "localhost"] },
        { "silo --primary localhost:0", ["--primary", "host:port", "localhost:0"] },
        { "silo --primary 192.0.2.1:11111", ["--primary", "on this machine", "192.0.2.1:11111"] },
        { "silo --redis localhost:6379", ["--redis", "redis://", "localhost:6379"] },
        { "silo --redis http://localhost:6379", ["--redis", "redis://", "http://localhost:6379"] },
        { "silo --redis redis://someone:secret@localhost:6379/7", ["--redis", "redis://", "localhost:6379/7"] },
        { "silo --redis redis://localhost --primary localhost:11111", ["--primary", "--redis"] },
        { "silo --address 192.0.2.1", ["--address", "loopback", "--redis", "192.0.2.1"] },
        { "silo --address here", ["--address", "IP address", "here"] },
        { "silo --redis redis://localhost --address 0.0.0.0", ["--address", "this machine", "0.0.0.0"] },
        { "redis --port 0", ["--port", "1 to 65535", "0"] },
        { Demo + "--connect localhost:6379", ["--connect", "redis://", "localhost:6379"] },
        { Demo + "--connect redis://localhost --silos 2", ["--connect", "--silos"] },
        { Demo + "--connect redis://localhost --in-process", ["--connect", "--in-process"] },
        { Demo + "--connect redis://localhost --mode sequential", ["--connect", "--mode sequential"] },
        { Demo + "--connect redis://localhost --devices cpu", ["--connect", "--devices"] },
        { Demo + "--connect redis://localhost --checkpoint kept", ["--connect", "--checkpoint"] },
        { Demo + "--connect http://", ["--connect", "http(s)://host:port", "http://"] },
        { Demo + "--connect http://me:secret@localhost", ["--connect", "http(s)://host:port"] },
        { Demo + "--connect http://localhost --cluster mine", ["--cluster", "redis://"] },
        { Demo + "--connect http://localhost --silos 2", ["--connect", "--silos"] },
        { "submit --model demo", ["--connect"] },
        { "submit --connect http://localhost", ["--model"] },
        { "submit --model demo --count 0 --connect http://localhost", ["--count", "positive", "0"] },
        { "submit --model demo --connect ftp://localhost", ["--connect", "redis://", "http(s)://", "ftp://localhost"] },
        { "watch --connect http://localhost", ["job"] },
        { "fetch any --connect http://localhost", ["--out"] },
        { "cancel any", ["--connect"] },
        { "list --connect http://localhost --most 0", ["--most", "positive", "0"] },
        { "gateway", ["--redis"] },
        { "gateway --redis http://localhost", ["--redis", "redis://", "http://localhost"] },
        { "gateway --redis redis://localhost --listen localhost:8080", ["--listen", "http://address:port"] },
        { "gateway --redis redis://localhost --listen https://127.0.0.1:8080", ["--listen", "TLS"] },
        { "gateway --redis redis://localhost --listen http://0.0.0.0:8080", ["--listen", "loopback", "keys", "0.0.0.0:8080"] },
        { "gateway --redis redis://localhost --authority here --audience api", ["--authority", "https", "here"] },
        { "gateway --redis redis://localhost --authority http://example.com --audience api", ["--authority", "https", "loopback"] },
        { "gateway --redis redis://localhost --authority https://example.com", ["--audience", "authority"] },
        { "gateway --redis redis://localhost --audience api", ["--authority", "audience"] },
        { "gateway --redis redis://localhost --rate 0", ["--rate", "positive", "0"] },
        { "gateway --redis redis://localhost --most-count -1", ["--most-count", "positive", "-1"] },
        { Demo + "--checkpoint kept --in-process", ["--checkpoint", "--in-process"] },
        { Demo + "--checkpoint http://localhost:1/", ["--checkpoint", "container"] },
        { Demo + "--checkpoint nan.json", ["--checkpoint", "folder", "nan.json"] },
        { "silo --eviction-notices soon", ["--eviction-notices", "azure", "URL", "soon"] },
        { "silo --store http://localhost:1/", ["--store", "container"] },
        { "silo --store nan.json", ["--store", "folder", "nan.json"] },
        { "silo --metrics 0", ["--metrics", "1 to 65535", "0"] },
        { "silo --metrics 65536", ["--metrics", "1 to 65535", "65536"] },
        { "silo --metrics 127.0.0.1", ["--metrics", "IP address", "127.0.0.1"] },
        { "silo --metrics somewhere:9464", ["--metrics", "IP address", "somewhere:9464"] },
        { "silo --otlp localhost:4318", ["--otlp", "http(s)://host:port", "localhost:4318"] },
        { "gateway --redis redis://localhost --otlp http://me:secret@localhost", ["--otlp", "http(s)://host:port"] },
        { "gateway --redis redis://localhost --metrics none", ["--metrics", "1 to 65535", "none"] },
        { "silo --restart hot", ["--restart", "warm, cold", "hot"] },
        { "bench grid --points 0", ["--points", "positive", "0"] },
        { "bench grid --tolerance 1e-3x", ["--tolerance", "1e-3x"] },
        { "bench grid --device emulated:fast", ["--device ", "one emulated device", "emulated:BASE+SLOPE", "emulated:fast"] },
        { "bench grid --device cpu", ["--device ", "one emulated device", "cpu"] },
        { "bench checkpoints --device emulated:0ms", ["--device ", "take time", "emulated:0ms"] },
        { Demo + "--cluster mine", ["--cluster", "--connect"] },
        { "models vrify .", ["vrify", "odiff models --help"] },
        { "models verify", ["verify"] },
        { "models verify nowhere", ["nowhere", "config.json"] },
        { "models verify nan.json", ["nan.json", "config.json"] },
        { "models verify . --tolerance -1", ["--tolerance", "-1"] },
        { "models verify . --tolerance NaN", ["--tolerance", "NaN"] },
        { "bench scaling --samples 0", ["--samples", "0"] },
        { "bench scaling --dimensions 2 0", ["--dimensions", "2 0"] },
        { "bench exchange --silos 0", ["--silos", "1 to 16"] },
        { "bench exchange --exchange pigeons", ["--exchange", "sweep-streams"] },
        { "bench linearizations --report nan.json/report.json", ["--report", "nan.json"] },
    };

    public void Dispose() => _odiff.Dispose();

    [Theory]
    [MemberData(nameof(CommandLines))]
    public async Task A_mistake_is_one_line_that_names_it_and_nothing_is_written(string commandLine, string[] words)
    {
        var before = _odiff.Left.ToArray();

        var result = await _odiff.Run(commandLine);

        Assert.Equal(2, result.ExitCode);
        Assert.StartsWith("odiff: ", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', result.Error);
        Assert.DoesNotContain("System.", result.Error, StringComparison.Ordinal);
        Assert.All(words, word => Assert.Contains(word, result.Error, StringComparison.Ordinal));
        Assert.Empty(result.Output);
        Assert.Equal(before, _odiff.Left);
    }

    [Fact]
    public async Task An_empty_place_for_samples_is_refused()
    {
        var before = _odiff.Left.ToArray();

        var result = await _odiff.Run(["sample", "--model", "demo", "--steps", "50", "--out", ""]);

        Assert.Equal((2, "odiff: --out must name a file or a folder, was empty"), (result.ExitCode, result.Error));
        Assert.Equal(before, _odiff.Left);
    }

    [Fact]
    public async Task Verbose_adds_the_stack_trace()
    {
        var result = await _odiff.Run(Demo + "--steps 0 --verbose");

        Assert.Equal(2, result.ExitCode);
        var lines = result.Error.Split('\n');
        Assert.Contains(lines, line =>
            line.StartsWith("OrleansDiffusion.Client.RequestRefusedException", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.StartsWith("   at OrleansDiffusion.", StringComparison.Ordinal));
        Assert.StartsWith("odiff: --steps", lines[^1], StringComparison.Ordinal);
    }
}
