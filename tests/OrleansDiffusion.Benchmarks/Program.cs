using BenchmarkDotNet.Running;
using OrleansDiffusion.Benchmarks;

BenchmarkSwitcher.FromAssembly(typeof(NoiseBenchmarks).Assembly).Run(args);
