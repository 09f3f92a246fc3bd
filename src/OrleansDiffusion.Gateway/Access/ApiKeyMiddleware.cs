using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace OrleansDiffusion.Gateway.Access;

/// <summary>
/// Lets no request to the API pass without a key or a token, where these are asked for. Probes of health need none, nor does
/// what is for all.
/// </summary>
internal static class ApiKeyMiddleware
{
    private const string CallerItem = "odiff.caller";
    private const int LongestSubmitter = 16; // enough of a key's hash

    /// <summary>Names who calls: a key, the subject of a token, or else an address.</summary>
    public static string CallerOf(HttpContext context) =>
        context.Items[CallerItem] as string ?? $"{context.Connection.RemoteIpAddress}";

    /// <summary>Who takes turns with others: callers with keys or tokens by these, others as they say.</summary>
    public static string? SubmitterOf(HttpContext context, string? said) =>
        context.Items[CallerItem] is string caller ? caller[..Math.Min(caller.Length, LongestSubmitter)] : said;

    /// <summary>Checks requests from here on.</summary>
    public static void UseApiKeys(this WebApplication app)
    {
        var settings = app.Services.GetRequiredService<GatewaySettings>();
        if (settings.IsOpen)
            return;
        var keys = app.Services.GetRequiredService<ApiKeys>();
        app.Use(async (context, next) =>
        {
            if (context.Request.Path.StartsWithSegments("/health", StringComparison.Ordinal) || IsForAll(context))
            {
                await next(context);
                return;
            }

            var caller = keys.CallerOf(context.Request);
            if (caller is null && settings.Authority is not null)
            {
                try
                {
                    caller = await BearerTokens.CallerOf(context);
                }
                catch (InvalidOperationException) when (!context.RequestAborted.IsCancellationRequested)
                {
                    await Problems.Write(
                        context, StatusCodes.Status503ServiceUnavailable, "the issuer of access tokens does not tell its keys");
                    return;
                }
            }

            if (caller is null)
            {
                context.Response.Headers.WWWAuthenticate = "Bearer";
                await Problems.Write(context, StatusCodes.Status401Unauthorized, Wanted(settings));
                return;
            }

            context.Items[CallerItem] = caller;
            await next(context);
        });
    }

    private static string Wanted(GatewaySettings settings) => "the header 'Authorization: Bearer ...' must have "
        + (settings.Authority is null ? "a key that is known here"
            : $"an access token of {settings.Authority.OriginalString} for {settings.Audience}"
                + (settings.ApiKeys.Count > 0 ? ", or a key that is known here" : ""));
    private static bool IsForAll(HttpContext context) => context.GetEndpoint()?.Metadata.GetMetadata<IAllowAnonymous>() is not null;
}
