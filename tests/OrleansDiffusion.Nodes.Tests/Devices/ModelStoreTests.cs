using OrleansDiffusion.Models;
using OrleansDiffusion.Nodes.Devices;
using TorchSharp;

namespace OrleansDiffusion.Nodes.Tests.Devices;

/// <summary>Models that a silo has open.</summary>
public sealed class ModelStoreTests
{
    private static readonly Device Other = Device.Emulated("other", TimeSpan.Zero, TimeSpan.Zero);

    [Fact]
    public async Task A_model_is_opened_once_a_device_however_many_ask_for_it()
    {
        var source = new NotedSource();
        await using var store = new ModelStore(source);

        var models = await Task.WhenAll(Enumerable.Range(0, 20)
            .Select(i => store.OpenAsync("m", i % 2 == 0 ? Device.Cpu : Other, TestContext.Current.CancellationToken)))
            .InTime();

        Assert.Equal(["m on cpu", "m on other"], source.Opened.Select(model => model.Description).Order(StringComparer.Ordinal));
        Assert.Equal(2, models.Distinct(ReferenceEqualityComparer.Instance).Count());
        Assert.Equal([false, false], source.OnPool);
    }

    [Fact]
    public async Task A_failure_is_told_and_forgotten()
    {
        var source = new NotedSource { Failures = 1 };
        await using var store = new ModelStore(source);

        await Assert.ThrowsAsync<ModelFormatException>(() => Open(store).InTime());
        var model = await Open(store).InTime();

        Assert.Same(model, Assert.Single(source.Opened));
    }

    [Fact]
    public async Task Who_no_longer_waits_for_a_model_does_not_keep_it_from_others()
    {
        using var entered = new SemaphoreSlim(0);
        using var let = new SemaphoreSlim(0);
        using var cancellation = new CancellationTokenSource();
        var source = new NotedSource
        {
            Before = () =>
            {
                entered.Release();
                let.WaitInTime();
            },
        };
        await using var store = new ModelStore(source);

        var first = store.OpenAsync("m", Device.Cpu, cancellation.Token);
        await entered.WaitInTimeAsync();
        var second = Open(store);
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first.InTime());
        let.Release();

        Assert.Same(await second.InTime(), Assert.Single(source.Opened));
    }

    [Fact]
    public async Task Models_are_disposed_with_the_store()
    {
        var source = new NotedSource();
        var store = new ModelStore(source);
        await Open(store).InTime();

        await store.DisposeAsync();

        Assert.True(Assert.IsType<NotedSource.Denoiser>(source.Opened[0].Denoiser).IsDisposed);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => Open(store));
    }

    [Fact]
    public async Task Models_of_the_catalogue_are_opened_for_the_device()
    {
        await using var store = new ModelStore(new CatalogueSource());

        foreach (var name in new[] { "demo", "digits" })
        {
            var model = await store.OpenAsync(name, Other, TestContext.Current.CancellationToken).InTime();
            using var x = torch.zeros([1, .. model.Denoiser.Shape]);
            using var denoised = model.Denoiser.Denoise(x, [new(0.5, 0.5, 100)], [default]);
            Assert.Equal(DeviceType.CPU, denoised.device_type);
        }
    }

    private static Task<Model> Open(ModelStore store) =>
        store.OpenAsync("m", Device.Cpu, TestContext.Current.CancellationToken);
}
