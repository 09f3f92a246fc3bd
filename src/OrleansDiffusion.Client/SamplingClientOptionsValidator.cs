using Microsoft.Extensions.Options;

namespace OrleansDiffusion.Client;

/// <summary>Refuses options that are out of their range, each with one line that names it.</summary>
internal sealed class SamplingClientOptionsValidator : IValidateOptions<SamplingClientOptions>
{
    private const int MostMostAttempts = 100;

    private static readonly TimeSpan ShortestDelay = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan LongestLongestDelay = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan ShortestTimeout = TimeSpan.FromMilliseconds(10);

    public ValidateOptionsResult Validate(string? name, SamplingClientOptions options)
    {
        string[] mistakes = [.. Mistakes(options)];
        return mistakes is [] ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(mistakes);
    }

    /// <summary>Throws if an option is out of its range.</summary>
    /// <exception cref="OptionsValidationException">Names every such option and what it may be.</exception>
    public static void Check(SamplingClientOptions options)
    {
        string[] mistakes = [.. Mistakes(options)];
        if (mistakes is not [])
            throw new OptionsValidationException(nameof(SamplingClientOptions), typeof(SamplingClientOptions), mistakes);
    }

    // What a key is, is not repeated.
    private static IEnumerable<string> Mistakes(SamplingClientOptions options)
    {
        if (options.Gateway is { } gateway && !(gateway.IsAbsoluteUri && gateway.Scheme is "http" or "https"))
            yield return Refused(nameof(options.Gateway), "an absolute http(s) address", gateway);
        if (options.ApiKey is { } key && (key.Length == 0 || !key.All(character => character is > ' ' and <= '~')))
            yield return $"{nameof(SamplingClientOptions)}.{nameof(options.ApiKey)} must be visible ASCII characters";
        if (options.ApiKey is not null && options.Gateway is null)
            yield return $"{nameof(SamplingClientOptions)}.{nameof(options.ApiKey)} is taken with {nameof(options.Gateway)} only";
        if (options.MostAttempts is < 1 or > MostMostAttempts)
            yield return Refused(nameof(options.MostAttempts), $"1 to {MostMostAttempts}", options.MostAttempts);
        if (options.LongestDelay < ShortestDelay || options.LongestDelay > LongestLongestDelay)
            yield return Refused(nameof(options.LongestDelay), $"{ShortestDelay} to {LongestLongestDelay}", options.LongestDelay);
        if (options.FirstDelay < ShortestDelay || options.FirstDelay > options.LongestDelay)
            yield return Refused(
                nameof(options.FirstDelay), $"{ShortestDelay} to {nameof(options.LongestDelay)}", options.FirstDelay);
        if (options.AttemptTimeout < ShortestTimeout || options.AttemptTimeout > SamplingClientOptions.LongestAttemptTimeout)
            yield return Refused(
                nameof(options.AttemptTimeout), $"{ShortestTimeout} to {SamplingClientOptions.LongestAttemptTimeout}",
                options.AttemptTimeout);
    }

    private static string Refused(string option, string allowed, object? given) =>
        $"{nameof(SamplingClientOptions)}.{option} must be {allowed}, was {given}";
}
