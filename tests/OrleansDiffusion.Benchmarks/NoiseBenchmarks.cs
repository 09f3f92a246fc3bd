using BenchmarkDotNet.Attributes;
using OrleansDiffusion.Sampling.Noise;

namespace OrleansDiffusion.Benchmarks;

/// <summary>Normal noise: an image of 3 x 32 x 32, and a million values.</summary>
[MemoryDiagnoser]
[InProcess]
public class NoiseBenchmarks
{
    private readonly NormalNoise noise = new(123456789012345);
    private float[] destination = [];

    [Params(3 * 32 * 32, 1 << 20)]
    public int Count { get; set; }

    [GlobalSetup]
    public void Allocate() => destination = new float[Count];

    [Benchmark]
    public void Fill() => noise.Fill(destination, sample: 0, NoiseAddress.ForStep(1));
}
