using Microsoft.Extensions.Options;

namespace OrleansDiffusion.Storage;

/// <summary>Refuses options that are out of their range, each with one line that names it.</summary>
internal sealed class StorageOptionsValidator : IValidateOptions<StorageOptions>
{
    private const int MostMostAttempts = 100;

    private static readonly TimeSpan ShortestDelay = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan LongestLongestDelay = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan ShortestTimeout = TimeSpan.FromMilliseconds(10);

    public ValidateOptionsResult Validate(string? name, StorageOptions options)
    {
        string[] mistakes = [.. Mistakes(options)];
        return mistakes is [] ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(mistakes);
    }

    /// <summary>Throws if an option is out of its range.</summary>
    /// <exception cref="OptionsValidationException">Names every such option and what it may be.</exception>
    public static void Check(StorageOptions options)
    {
        string[] mistakes = [.. Mistakes(options)];
        if (mistakes is not [])
            throw new OptionsValidationException(nameof(StorageOptions), typeof(StorageOptions), mistakes);
    }

    private static IEnumerable<string> Mistakes(StorageOptions options)
    {
        foreach (var mistake in MistakesOfLocation(options))
            yield return mistake;
        if (options.MostAttempts is < 1 or > MostMostAttempts)
            yield return Refused(nameof(options.MostAttempts), $"1 to {MostMostAttempts}", options.MostAttempts);
        if (options.LongestDelay < ShortestDelay || options.LongestDelay > LongestLongestDelay)
            yield return Refused(
                nameof(options.LongestDelay), $"{ShortestDelay} to {LongestLongestDelay}", options.LongestDelay);
        if (options.FirstDelay < ShortestDelay || options.FirstDelay > options.LongestDelay)
            yield return Refused(
                nameof(options.FirstDelay),
                $"{ShortestDelay} to {options.LongestDelay}, the {nameof(options.LongestDelay)}", options.FirstDelay);
        if (options.AttemptTimeout < ShortestTimeout || options.AttemptTimeout > StorageOptions.LongestAttemptTimeout)
            yield return Refused(
                nameof(options.AttemptTimeout), $"{ShortestTimeout} to {StorageOptions.LongestAttemptTimeout}",
                options.AttemptTimeout);
    }

    private static IEnumerable<string> MistakesOfLocation(StorageOptions options)
    {
        if (options.Location is { } location && string.IsNullOrWhiteSpace(location))
            yield return Refused(
                nameof(options.Location), "a folder, the address of a blob container, or left out for memory", "empty");
        var path = Path.TrimEndingDirectorySeparator(options.Location ?? "");
        if (File.Exists(path))
            yield return Refused(nameof(options.Location), "a folder", $"the file {path}");
        if (StoreLocation.AddressOf(options.Location) is not { } address)
        {
            if (options.ConnectionString is not null)
                yield return $"{nameof(StorageOptions)}.{nameof(options.ConnectionString)} must be left out unless " +
                    $"{nameof(options.Location)} is the address of a blob container";
            yield break;
        }

        if (StoreLocation.ContainerOf(address) is null)
            yield return Refused(
                nameof(options.Location), "the address of a blob container, as in " +
                "https://ACCOUNT.blob.core.windows.net/CONTAINER/FOLDER, without a query", address.GetLeftPart(UriPartial.Path));
        if (address.Scheme == Uri.UriSchemeHttp && options.ConnectionString is null)
            yield return $"{nameof(StorageOptions)}.{nameof(options.ConnectionString)} must be given for an http " +
                $"{nameof(options.Location)}: nobody signs in without encryption";
    }

    private static string Refused(string option, string allowed, object value) =>
        $"{nameof(StorageOptions)}.{option} must be {allowed}, was {value}";
}
