using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using OrleansDiffusion.Storage.Checkpoints;
using OrleansDiffusion.Storage.Objects;
using OrleansDiffusion.Storage.Retries;
using OrleansDiffusion.Storage.Samples;
using OrleansDiffusion.Tests;

namespace OrleansDiffusion.Storage.Tests;

public sealed class StorageOptionsTests(Azurite azurite)
{
    private const string Account = "DefaultEndpointsProtocol=https;AccountName=one;AccountKey=AAAA;EndpointSuffix=core.windows.net";

    private static string ThisFile => typeof(StorageOptionsTests).Assembly.Location;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string, string, string> Mistakes => new()
    {
        { "MostAttempts", "0", "StorageOptions.MostAttempts must be 1 to 100, was 0" },
        { "MostAttempts", "101", "StorageOptions.MostAttempts must be 1 to 100, was 101" },
        { "FirstDelay", "0:0:0", "StorageOptions.FirstDelay must be 00:00:00.0010000 to 00:00:05, the LongestDelay, was 00:00:00" },
        { "FirstDelay", "0:0:6", "StorageOptions.FirstDelay must be 00:00:00.0010000 to 00:00:05, the LongestDelay, was 00:00:06" },
        { "LongestDelay", "1:0:0", "StorageOptions.LongestDelay must be 00:00:00.0010000 to 00:10:00, was 01:00:00" },
        { "AttemptTimeout", "0:0:0", "StorageOptions.AttemptTimeout must be 00:00:00.0100000 to 01:00:00, was 00:00:00" },
        { "AttemptTimeout", "2:0:0", "StorageOptions.AttemptTimeout must be 00:00:00.0100000 to 01:00:00, was 02:00:00" },
        { "Location", " ", "StorageOptions.Location must be a folder, the address of a blob container, or left out for memory, was empty" },
        { "Location", ThisFile, $"StorageOptions.Location must be a folder, was the file {ThisFile}" },
        { "Location", ThisFile + "/", $"StorageOptions.Location must be a folder, was the file {ThisFile}" },
        { "Location", "https://one.blob.core.windows.net", "StorageOptions.Location must be the address of a blob container" },
        { "Location", "https://one.blob.core.windows.net/c?sig=secret", "without a query, was https://one.blob.core.windows.net/c" },
        { "Location", "https://one.blob.core.windows.net/c/.d", "StorageOptions.Location must be the address of a blob container" },
        { "Location", "http://one.blob.core.windows.net/c", "StorageOptions.ConnectionString must be given for an http Location" },
        { "ConnectionString", Account, "StorageOptions.ConnectionString must be left out unless Location" },
    };

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void A_mistake_in_the_configuration_is_refused_at_start(string option, string value, string said)
    {
        using var services = Services((option, value));

        var refusal = Assert.Throws<OptionsValidationException>(
            () => services.GetRequiredService<IStartupValidator>().Validate());

        Assert.Contains(said, Assert.Single(refusal.Failures), StringComparison.Ordinal);
        Assert.DoesNotContain("secret", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_option_that_there_is_not_is_refused_at_start()
    {
        using var services = Services(("MaxAttempts", "3"));

        var refusal = Assert.Throws<InvalidOperationException>(
            () => services.GetRequiredService<IStartupValidator>().Validate());

        Assert.Contains("MaxAttempts", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://two.blob.core.windows.net/c", Account, "must be of the account of Location")]
    [InlineData("https://one.blob.core.windows.net/c", "AccountKey=secret", "must be a connection string of a storage account")]
    public void A_connection_string_that_does_not_fit_is_refused(string location, string connectionString, string said)
    {
        var refusal = Assert.Throws<OptionsValidationException>(() => ObjectStore.Open(
            new StorageOptions { Location = location, ConnectionString = connectionString }));

        Assert.StartsWith($"StorageOptions.ConnectionString {said}", refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", $"{refusal}", StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_options_everything_is_in_memory()
    {
        using var services = new ServiceCollection().AddObjectStore().BuildServiceProvider();
        services.GetRequiredService<IStartupValidator>().Validate();

        await services.GetRequiredService<SampleStore>().Write("7", 0, new byte[4], [1], Token);

        Assert.IsType<MemoryObjectStore>(services.GetRequiredService<IObjectStore>());
        Assert.NotNull(services.GetRequiredService<CheckpointStore>());
        Assert.Equal([0], await services.GetRequiredService<SampleStore>().FirstSamples("7", Token));
    }

    [Fact]
    public async Task A_folder_is_one_store()
    {
        var folder = Directory.CreateTempSubdirectory("objects-").FullName;
        try
        {
            using var services = Services(("Location", Path.Combine(folder, "below")));
            await services.GetRequiredService<IObjectStore>().Write("a/b", new byte[1], WriteCondition.IfAbsent, Token);

            Assert.IsType<RetriedObjectStore>(services.GetRequiredService<IObjectStore>());
            Assert.True(File.Exists(Path.Combine(folder, "below", "a", "b")));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("/")]
    [InlineData("/some/folder")]
    [InlineData("/some/folder/")]
    public async Task A_container_is_another_with_or_without_a_folder_below(string below)
    {
        var container = $"{azurite.Address}/c{Guid.NewGuid():N}";
        using var services = Services(("Location", container + below), ("ConnectionString", azurite.ConnectionString));
        await services.GetRequiredService<IObjectStore>().Write("a/b", new byte[1], WriteCondition.IfAbsent, Token);

        var all = ObjectStore.Open(
            new StorageOptions { Location = container, ConnectionString = azurite.ConnectionString });
        Assert.Equal([$"{below}/a/b".Replace("//", "/", StringComparison.Ordinal)[1..]], await all.List("", Token).ToListAsync(Token));
    }

    [Fact]
    public void Without_a_connection_string_whoever_runs_it_signs_in() => Assert.IsType<RetriedObjectStore>(
        ObjectStore.Open(new StorageOptions { Location = "https://one.blob.core.windows.net/c/folder" }));

    private static ServiceProvider Services(params (string Option, string Value)[] options)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(
            options.Select(option => KeyValuePair.Create(option.Option, (string?)option.Value))).Build();
        return new ServiceCollection().AddObjectStore(configuration).BuildServiceProvider();
    }
}
