using System.Text;
using OrleansDiffusion.Contracts.Jobs;
using OrleansDiffusion.Contracts.Manifests;
using OrleansDiffusion.Silo.Tests.Fixtures;
using OrleansDiffusion.Storage.Objects;

namespace OrleansDiffusion.Silo.Tests.Durability;

/// <summary>What a client is told of a store that fails. It knows no type of stores.</summary>
public sealed class FailingStoreTests
{
    private const string Id = "stored";

    private static readonly SamplingRequest Request = new() { Model = TestModels.Mixture, Count = 2, Steps = 20 };

    private readonly AlteredStore _store = new();

    [Theory]
    [InlineData("submit a job", true)]
    [InlineData("begin a manifest", true)]
    [InlineData("ask for a job", false)]
    [InlineData("ask for a manifest", false)]
    [InlineData("list", false)]
    public async Task Store_that_fails_is_an_error_of_input_and_output_for_as_long_as_it_does(string call, bool writes)
    {
        const string Failure = "cannot write in the store: it is away";
        Exception? failure = new StoreException(Failure, mayPass: true);
        Func<string, Task> fail = _ => failure is null ? Task.CompletedTask : Task.FromException(failure);
        if (writes)
            _store.BeforeWrite = fail;
        else
            (_store.BeforeRead, _store.BeforeList) = (fail, fail);
        await using var grid = await TestGrid.Start(options: new TestGridOptions { Store = _store });

        var error = await Assert.ThrowsAsync<IOException>(() => Make(call, grid.Grains));
        failure = null;
        await Make(call, grid.Grains);

        Assert.Equal(Failure, error.Message);
    }

    [Theory]
    [InlineData("ask for a job", "jobs/stored/job.json")]
    [InlineData("ask for a manifest", "jobs/stored/manifest.json")]
    public async Task Record_that_is_broken_is_invalid_data(string call, string record)
    {
        await _store.Write(record, Encoding.UTF8.GetBytes("{"), WriteCondition.Always, TestContext.Current.CancellationToken);
        await using var grid = await TestGrid.Start(options: new TestGridOptions { Store = _store });

        var error = await Assert.ThrowsAsync<InvalidDataException>(() => Make(call, grid.Grains));

        Assert.StartsWith($"'{record}' is no ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Record_that_another_silo_has_written_is_an_error_of_input_and_output()
    {
        _store.BeforeWrite = name => name.EndsWith("/job.json", StringComparison.Ordinal)
            ? Task.FromException(new StoreConflictException(name))
            : Task.CompletedTask;
        await using var grid = await TestGrid.Start(options: new TestGridOptions { Store = _store });

        var error = await Assert.ThrowsAsync<IOException>(() => Make("submit a job", grid.Grains));

        Assert.Contains("was changed by somebody else", error.Message, StringComparison.Ordinal);
    }

    private static Task Make(string call, IGrainFactory grains) => call switch
    {
        "submit a job" => grains.GetGrain<ISamplingJobGrain>(Id).Submit(Request),
        "ask for a job" => grains.GetGrain<ISamplingJobGrain>(Id).Status(),
        "begin a manifest" => grains.GetGrain<IManifestGrain>(Id).Begin(new ManifestTerms("{}", null)),
        "ask for a manifest" => grains.GetGrain<IManifestGrain>(Id).Status(),
        _ => grains.GetGrain<IJobIndexGrain>(0).List(below: null, most: 10),
    };
}
