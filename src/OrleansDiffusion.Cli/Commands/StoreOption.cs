using System.CommandLine;
using Microsoft.Extensions.Options;
using OrleansDiffusion.Sampling;
using OrleansDiffusion.Storage;
using OrleansDiffusion.Storage.Objects;

namespace OrleansDiffusion.Cli.Commands;

/// <summary>An option that names where jobs, checkpoints and samples are kept.</summary>
internal sealed class StoreOption : Option<string?>
{
    /// <summary>The environment variable of what signs in to a storage account: a key is no word for a command line.</summary>
    public const string ConnectionString = "AZURE_STORAGE_CONNECTION_STRING";

    /// <param name="name">Its name, with the dashes.</param>
    /// <param name="description">What is kept there, and for how long.</param>
    public StoreOption(string name, string description)
        : base(name) => Description =
            $"{description}: a folder, or the URL of a blob container (signed in as the environment does, or by {ConnectionString}).";

    /// <summary>Sets where it is; null if the option was not given.</summary>
    /// <exception cref="InvalidOptionException">There can be no store there.</exception>
    public Action<StorageOptions>? Read(ParseResult parsed)
    {
        if (parsed.GetValue(this) is not { } location)
            return null;
        Open(location);
        return options => Set(options, location);
    }

    /// <summary>The store itself; null if the option was not given.</summary>
    /// <exception cref="InvalidOptionException">There can be no store there.</exception>
    public IObjectStore? Open(ParseResult parsed) => parsed.GetValue(this) is { } location ? Open(location) : null;

    private IObjectStore Open(string location)
    {
        var options = new StorageOptions();
        Set(options, location);
        try
        {
            return ObjectStore.Open(options);
        }
        catch (OptionsValidationException e)
        {
            throw new InvalidOptionException(
                Name.TrimStart('-'), e.Failures.First().Replace("StorageOptions.Location ", "", StringComparison.Ordinal));
        }
    }

    private static void Set(StorageOptions options, string location) => (options.Location, options.ConnectionString) = (
        location,
        location.StartsWith("http", StringComparison.Ordinal) ? Environment.GetEnvironmentVariable(ConnectionString) : null);
}
