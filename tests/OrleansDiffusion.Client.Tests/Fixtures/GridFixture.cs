using System.Net;
using System.Runtime.InteropServices;
using Microsoft.Extensions.DependencyInjection;
using OrleansDiffusion.Client.Tests.Fixtures;
using OrleansDiffusion.Contracts.Jobs;
using OrleansDiffusion.Gateway;
using OrleansDiffusion.Models;
using OrleansDiffusion.Nodes.Devices;
using OrleansDiffusion.Nodes.Planning;
using OrleansDiffusion.Sampling;
using OrleansDiffusion.Silo;

[assembly: AssemblyFixture(typeof(GridFixture))]

namespace OrleansDiffusion.Client.Tests.Fixtures;

/// <summary>A grid within this process and a gateway to it, shared by all tests that change nothing about them.</summary>
public sealed class GridFixture : IAsyncLifetime
{
    private EmbeddedGrid _grid = null!;
    private RunningGateway _gateway = null!;

    public IGrainFactory Grains => _grid.Grains;

    /// <summary>Where the gateway listens.</summary>
    public Uri Gateway => _gateway.Address;

    public async ValueTask InitializeAsync()
    {
        _grid = await EmbeddedGrid.Start(
            1, settings => settings with { Devices = new DeviceOptions { Devices = "emulated:1ms" } },
            cancellationToken: TestContext.Current.CancellationToken);
        _gateway = await Start(settings => settings with { Rate = 10_000 });
    }

    public async ValueTask DisposeAsync()
    {
        await _gateway.DisposeAsync();
        await _grid.DisposeAsync();
    }

    /// <summary>Starts another gateway to the grid, on a free port.</summary>
    public Task<RunningGateway> Start(Func<GatewaySettings, GatewaySettings> configure) => RunningGateway.Start(
        configure(new GatewaySettings { Listen = new IPEndPoint(IPAddress.Loopback, 0) }),
        host => host.Services.AddSingleton(Grains), cancellationToken: TestContext.Current.CancellationToken);

    /// <summary>What the sequential sampler draws, [count × elements].</summary>
    public static float[] Sequential(SamplingRequest request) => Draw(request).Samples;

    /// <summary>What the model returns to the sequential sampler in each step, [steps][count × elements].</summary>
    public static IReadOnlyList<float[]> Estimates(SamplingRequest request) => Draw(request).Estimates;

    private static (float[] Samples, IReadOnlyList<float[]> Estimates) Draw(SamplingRequest request)
    {
        using var model = Catalogue.Open(request.Model);
        var plan = SamplingPlan.ForSequential(request, model);
        var denoiser = new RecordingDenoiser(model.Denoiser);
        using var result = new SequentialSampler(denoiser, plan.Timeline).Sample(
            request.Seed, 0, request.Count, plan.Conditions, cancellationToken: TestContext.Current.CancellationToken);
        return (MemoryMarshal.Cast<byte, float>(result.Samples.bytes).ToArray(), denoiser.Returned);
    }
}
